# SPDX-License-Identifier: Apache-2.0
"""26 circles in the unit square: one in the middle and two rings around it, each as large as fits."""
import numpy as np


# EVOLVE-BLOCK-START
def construct_packing():
    """Centers (26, 2) and radii (26): one circle in the middle, a ring of 8 and a ring of 17 around it."""
    centers = [(0.5, 0.5)]
    for count, distance, turn in ((8, 0.26, 0.0), (17, 0.45, 0.1)):
        angles = 2 * np.pi * np.arange(count) / count + turn
        centers += list(zip(0.5 + distance * np.cos(angles), 0.5 + distance * np.sin(angles)))
    centers = np.array(centers)
    return centers, largest_radii(centers)


def largest_radii(centers):
    """Radii that touch nothing: half the distance to the nearest center, or what the walls leave."""
    gaps = np.linalg.norm(centers[:, None] - centers[None, :], axis=2)
    np.fill_diagonal(gaps, np.inf)
    walls = np.minimum(centers, 1 - centers).min(axis=1)
    return np.minimum(walls, gaps.min(axis=1) / 2) * (1 - 1e-12)


# EVOLVE-BLOCK-END


def run_packing():
    centers, radii = construct_packing()
    return centers, radii, radii.sum()
