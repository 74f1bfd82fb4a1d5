# SPDX-License-Identifier: Apache-2.0
"""One run of ShinkaEvolve in the present folder, which holds initial.py and evaluator.py. Runs in the peer's environment.

Usage: drive_shinka.py URL GENERATIONS JOBS, the first generation being the initial program.
"""

import os
import sys

CLAIMED_CORES = 64  # it caps its jobs by the cores it sees, though most of them only wait for a model


def main():
    url, generations, jobs = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    os.environ.setdefault("LOCAL_OPENAI_API_KEY", "none")
    os.cpu_count = lambda: CLAIMED_CORES
    from shinka.core import EvolutionConfig, ShinkaEvolveRunner
    from shinka.database import DatabaseConfig
    from shinka.launch import LocalJobConfig

    evolution = EvolutionConfig(
        task_sys_msg="Change the constants of the program.",
        patch_types=["diff"],
        patch_type_probs=[1.0],
        num_generations=generations,
        llm_models=[f"local/mock@{url}"],
        llm_dynamic_selection=None,
        llm_kwargs={"temperatures": [0.8], "max_tokens": 4096},
        meta_rec_interval=None,  # no questions beside those for programs
        embedding_model=None,
        max_patch_resamples=1,
        max_patch_attempts=1,
        max_novelty_attempts=1,
        init_program_path="initial.py",
        results_dir="out",
        language="python",
        job_type="local",
    )
    ShinkaEvolveRunner(
        evo_config=evolution,
        job_config=LocalJobConfig(eval_program_path="evaluator.py", time="00:05:00"),
        db_config=DatabaseConfig(num_islands=4, archive_size=40),
        max_evaluation_jobs=jobs,
        max_proposal_jobs=jobs,
        max_db_workers=4,
        verbose=True,
    ).run()


if __name__ == "__main__":
    main()
