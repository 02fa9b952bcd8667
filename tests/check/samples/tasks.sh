# A task list that two agents change in clones of their own, with merge rules.
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
	varve init -q --bare ../tasks.git
	git remote add origin "$(cd ../tasks.git && pwd)"
	varve push -q -u origin main
	local hub
	hub=$(cd ../tasks.git && pwd)
	person bot
	varve clone -q "$hub" tasks
	cd tasks
	person ada
}
