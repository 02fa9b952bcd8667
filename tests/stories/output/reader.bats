# A reader that goes away (varve diff | head, a pager that is left early) is no trouble: whoever
# writes to it ends as by SIGPIPE, without a word, and git beside varve says nothing either.
load ../../cli/helper

# gone COMMAND...: runs it with a stdout that nobody reads any more. It must say nothing, and end by
# SIGPIPE, or with 0 where it had nothing to write.
gone() {
	python3 - "$@" <<-'END'
	import os, subprocess, sys
	reading, writing = os.pipe()
	os.close(reading)
	done = subprocess.run(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=writing, stderr=subprocess.PIPE)
	if done.returncode != -13 or done.stderr:
	    print(f"{' '.join(sys.argv[1:])}: ended with {done.returncode}:\n{done.stderr.decode()}", file=sys.stderr)
	    sys.exit(1)
	END
}

two_versions() {
	new_repo
	rows 3000 > prices.csv
	rows 20 > short.csv
	echo words > notes.txt
	varve add prices.csv short.csv notes.txt > /dev/null
	git commit -qm one
	git tag v1
	rows 3000 1 > prices.csv
	rows 20 1 > short.csv
	varve commit -qam two
	git tag v2
}

@test "every form of a difference ends quietly with its reader" {
	two_versions
	for format in text summary stat json ndjson markdown sql patch; do
		gone varve diff --format "$format" v1 v2
	done
	gone varve diff --name-only v1 v2
	gone varve diff --no-index --key id prices.csv short.csv
}

@test "every command that only shows ends quietly with its reader" {
	two_versions
	for format in csv json ndjson table; do
		gone varve cat --format "$format" prices.csv
	done
	gone varve cat v1:notes.txt
	gone varve log
	gone varve log --stat
	gone varve log --oneline --row 7 prices.csv
	gone varve log --json
	gone varve show v2
	gone varve show v1:prices.csv
	gone varve blame prices.csv
	gone varve blame --cells prices.csv
	gone varve info prices.csv
	gone varve info --json prices.csv
	gone varve status
	gone varve status --json
	gone varve config --list
	gone varve config --explain prices.csv
	gone varve track
	gone varve schema prices.csv
	gone varve help
	gone varve help diff
	gone varve version
	gone varve completion bash
	gone varve check --list-rules
	gone varve whereis prices.csv
	gone varve fsck
	gone varve convert prices.csv -
	gone varve ipfs car export prices.csv -
}

@test "every report of check ends quietly with its reader" {
	two_versions
	echo "x,y" >> short.csv
	sed -i 's/^7,/x,/' prices.csv
	for format in text json junit sarif github gitlab html markdown; do
		gone varve check --format "$format"
	done
}

@test "a command that changes something does all of it when its reader goes" {
	two_versions
	rows 3000 2 > prices.csv
	gone varve add prices.csv
	[ "$(git diff --cached --name-only)" = prices.csv ]
	gone varve commit -m three
	[ "$(git log -1 --format=%s)" = three ]
	git status --porcelain > out
	! grep -v '^??' out || false
	succeeds varve fsck
}

@test "git diff, git log -p and git show end quietly with their reader" {
	two_versions
	git diff v1 v2 2> err | head -n 1 > out
	[ ! -s err ] || { cat err; false; }
	[ -s out ]
	git log -p 2> err | head -n 1 > out
	[ ! -s err ] || { cat err; false; }
	git show v2 2> err | head -n 1 > out
	[ ! -s err ] || { cat err; false; }
	python3 - <<-'END'
	import os, subprocess, sys
	reading, writing = os.pipe()
	os.close(reading)
	for words in (["diff", "v1", "v2"], ["diff", "--stat", "-p", "v1", "v2"], ["log", "-p", "--ext-diff"]):
	    done = subprocess.run(["git"] + words, stdout=writing, stderr=subprocess.PIPE)
	    assert not done.stderr, (words, done.returncode, done.stderr)
	END
}

@test "a pager that is left early is no trouble" {
	two_versions
	printf '#!/bin/sh\nhead -n 1 > /dev/null\n' > ~/pager
	chmod +x ~/pager
	git config core.pager ~/pager
	python3 - <<-'END'
	import os, pty, sys
	pid, fd = pty.fork()
	if pid == 0:
	    os.environ["TERM"] = "xterm"
	    os.execlp("varve", "varve", "diff", "v1", "v2")
	said = b""
	try:
	    while True:
	        piece = os.read(fd, 4096)
	        if not piece:
	            break
	        said += piece
	except OSError:
	    pass
	_, status = os.waitpid(pid, 0)
	assert b"varve:" not in said, said
	END
}

@test "what a pager that is not installed was to show goes to the terminal" {
	two_versions
	git config core.pager 'no-such-pager -R'
	python3 - <<-'END'
	import os, pty
	pid, fd = pty.fork()
	if pid == 0:
	    os.environ["TERM"] = "xterm"
	    os.execlp("varve", "varve", "diff", "v1", "v2")
	said = b""
	try:
	    while True:
	        piece = os.read(fd, 4096)
	        if not piece:
	            break
	        said += piece
	except OSError:
	    pass
	_, status = os.waitpid(pid, 0)
	assert b"no-such-pager" in said and len(said) > 1000, said
	assert os.waitstatus_to_exitcode(status) in (0, 1), status
	END
}
