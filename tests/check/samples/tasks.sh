# A task list that two agents change on two branches, with merge rules.
begin() {
	person ada
	repo tasks
	cat > varve.json <<'END'
{"merge": {"issues.jsonl": {"status": ["open", "doing", "done"], "tags": "union", "*": "latest by at"}}}
END
	cat > issues.jsonl <<'END'
{"id":1,"title":"Read the log","status":"open","tags":["ops"],"owner":null,"at":"2026-08-10"}
{"id":2,"title":"Fix the parser","status":"open","tags":[],"owner":null,"at":"2026-08-10"}
END
	git add varve.json
	commit "Tasks" issues.jsonl
	git switch -q -c bot
	varve set -q issues.jsonl 1 status=done 'tags:=["ops","log"]' owner=bot at=2026-08-12
	commit "Done" issues.jsonl
	git switch -q main
}
