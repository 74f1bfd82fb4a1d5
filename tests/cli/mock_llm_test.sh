#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# `atoll mock-llm`: refuses wrong words, serves, keeps its key to itself, and ends cleanly at a signal.
. "$(dirname "$0")/expect.sh"

expect 2 "an unknown fault" "$ATOLL" mock-llm --fault rate_limitd=0.1
says "an unknown fault" "did you mean 'rate_limited'"
expect 2 "a fault without a share" "$ATOLL" mock-llm --fault cut
says "a fault without a share" 'NAME=SHARE'
expect 2 "more faults than requests" "$ATOLL" mock-llm --fault cut=0.7 --fault html=0.7
says "more faults than requests" 'more than 1|at most 1|above 1|sum'
expect 2 "a key that is not there" env -u NO_SUCH_KEY "$ATOLL" mock-llm --require-key-environment NO_SUCH_KEY

MOCK_KEY=not-to-be-shown "$ATOLL" mock-llm --port-file "$work/port" --stats-file "$work/stats" \
    --require-key-environment MOCK_KEY >"$work/log" 2>&1 &
pid=$!
for _ in $(seq 100); do [ -s "$work/port" ] && break; sleep 0.1; done
cat >"$work/ask.py" <<'PYTHON_END'
import json, sys, urllib.error, urllib.request
address = "http://127.0.0.1:%s/v1/chat/completions" % sys.argv[1]
prompt = "# Current program\n```python\nx = 0.5\n```\n"
body = json.dumps({"messages": [{"role": "user", "content": prompt}]}).encode()
def ask(key):
    return urllib.request.urlopen(urllib.request.Request(address, body, {"Authorization": "Bearer " + key}))
try:
    ask("another")
    sys.exit("a wrong key was taken")
except urllib.error.HTTPError as error:
    assert error.code == 401, error
reply = json.load(ask("not-to-be-shown"))
text = reply["choices"][0]["message"]["content"]
assert "x = 0." in text and "x = 0.5\n" not in text, text
assert reply["usage"]["prompt_tokens"] == (len(prompt) + 3) // 4, reply
PYTHON_END
check "requests" "$PYTHON" "$work/ask.py" "$(cat "$work/port")"
kill -s TERM "$pid"
wait "$pid"
code=$?
[ "$code" = 0 ] && pass || fail "ended with $code, not 0"
check "the first line" grep -qxF "listening on http://127.0.0.1:$(cat "$work/port")/v1" "$work/log"
check "the last line" grep -q '^2 requests, 1 replies, 0 faults, ' "$work/log"
check "the counts" grep -q '"requests":2,"replies":1,"faults":0,"refused":1,"aborted":0' "$work/stats"
if grep -q not-to-be-shown "$work/log" "$work/stats"; then fail "the key is shown"; else pass; fi
finish
