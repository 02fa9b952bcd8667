"""A stand-in for the APIs of GitHub, GitLab and Gitea, as far as varve-pr update-branches asks them.

forge.py FOLDER: FOLDER/requests.json has the open requests ({"number", "branch", "repo" (a path), "labels", "approved",
"writable", "draft"}), in FOLDER/posted.json stands all that was posted, FOLDER/base the URL of the base. Prints its port.
"""
import json, os, re, subprocess, sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlparse

folder = sys.argv[1]
posted = {"statuses": [], "comments": [], "labels": []}


def requests():
    with open(f"{folder}/requests.json") as f:
        return json.load(f)


def sha(r):
    return subprocess.run(["git", "-C", r["repo"], "rev-parse", r["branch"]], stdout=subprocess.PIPE, text=True).stdout.strip()


def prefix(r):
    with open(f"{folder}/prefix") as f:
        return f.read().strip() + r["repo"]


def hub(r, gitea):
    fork = r.get("fork", False)
    names = {"maintainer_can_modify": r.get("writable", False)} if not gitea else {"allow_maintainer_edit": r.get("writable", False)}
    return {"number": r["number"], "draft": r.get("draft", False), "base": {"ref": "main", "repo": {"full_name": "a/base"}},
            "head": {"sha": r.get("sha") or sha(r), "ref": r["branch"],
                     "repo": {"full_name": "b/fork" if fork else "a/base", "clone_url": prefix(r)}},
            "labels": [{"name": x} for x in r["labels"]], "user": {"login": r.get("author", "bob")}, **names}


def lab(r):
    return {"iid": r["number"], "draft": r.get("draft", False), "target_branch": "main", "source_branch": r["branch"],
            "source_project_id": r["number"] + 100 if r.get("fork") else 1, "target_project_id": 1,
            "sha": r.get("sha") or sha(r), "labels": r["labels"], "allow_collaboration": r.get("writable", False)}


class Forge(BaseHTTPRequestHandler):
    def log_message(self, *words):
        pass

    def answer(self, value, code=200):
        text = json.dumps(value).encode()
        self.send_response(code)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def one(self, number):
        return next(r for r in requests() if r["number"] == int(number))

    def do(self):
        url = urlparse(self.path)
        path = unquote(url.path)
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else None
        token = self.headers.get("PRIVATE-TOKEN") or (self.headers.get("Authorization") or "").split(" ")[-1]
        if token != "secret":
            return self.answer({"message": "bad credentials"}, 401)
        gitea, at = path.startswith("/gitea/"), "/" + path.split("/", 3)[3] if path.count("/") > 2 else "/"
        m = lambda pattern: re.fullmatch(pattern, at)
        if self.command == "GET" and gitea and at == "/":
            return self.answer({"default_branch": "main"})
        if self.command == "GET" and m("/pulls"):
            return self.answer([hub(r, gitea) for r in requests() if parse_qs(url.query).get("page", ["1"]) == ["1"]])
        if self.command == "GET" and (x := m(r"/collaborators/(\w+)/permission")):
            return self.answer({"permission": "write" if x[1] == "ada" else "read"})
        if self.command == "GET" and (x := m(r"/pulls/(\d+)/reviews")):
            state = [{"state": "APPROVED", "user": {"login": "eve"}}] if self.one(x[1]).get("approved") else []
            return self.answer(state)
        if self.command == "GET" and (x := m(r"/pulls/(\d+)")):
            return self.answer(hub(self.one(x[1]), gitea))
        if self.command == "GET" and m("/merge_requests"):
            return self.answer([lab(r) for r in requests()])
        if self.command == "GET" and (x := m(r"/merge_requests/(\d+)/approvals")):
            return self.answer({"approved_by": ["eve"] if self.one(x[1]).get("approved") else []})
        if self.command == "GET" and m(r"/labels"):
            return self.answer([])
        if self.command == "POST" and m(r"/labels"):
            return self.answer({"id": body["name"]})
        if x := m(r"(?:/repository)?/commits/(\w+)/statuses"):
            return self.answer([s for s in posted["statuses"] if s["sha"] == x[1]])
        if x := m(r"/statuses/(\w+)"):
            if not any(subprocess.run(["git", "-C", r["repo"], "cat-file", "-e", x[1]], stderr=subprocess.DEVNULL).returncode == 0
                       for r in requests()):
                return self.answer({"message": "no such commit"}, 422)
            name = body.get("context") or body.get("name")
            posted["statuses"].insert(0, {"sha": x[1], "context": name, "name": name, "state": body["state"], "status": body["state"]})
        elif x := m(r"/(?:issues|merge_requests)/(\d+)/(?:comments|notes)"):
            if self.command == "GET":
                return self.answer([c for c in posted["comments"] if c["number"] == int(x[1])])
            posted["comments"].append({"id": len(posted["comments"]), "number": int(x[1]), "body": body["body"],
                                       "user": {"login": body.get("login", "varve")}})
        elif x := m(r"/(?:issues/comments|merge_requests/\d+/notes)/(\d+)"):
            posted["comments"][int(x[1])]["body"] = body["body"]
        elif x := m(r"/issues/(\d+)/labels(?:/.*)?"):
            posted["labels"].append([self.command, int(x[1]), (body or {}).get("labels")])
        elif x := m(r"/merge_requests/(\d+)"):
            posted["labels"].append(["PUT", int(x[1]), body])
        elif x := re.fullmatch(r"/(?:gitlab|projects)/(\d+)", path):
            return self.answer({"http_url_to_repo": next(prefix(r) for r in requests() if lab(r)["source_project_id"] == int(x[1]))})
        else:
            return self.answer({"message": f"no {self.command} {path}"}, 404)
        with open(f"{folder}/posted.json", "w") as f:
            json.dump(posted, f)
        return self.answer({}, 201)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do


server = ThreadingHTTPServer(("127.0.0.1", 0), Forge)
with open(f"{folder}/posted.json", "w") as f:
    json.dump(posted, f)
print(server.server_address[1], flush=True)
server.serve_forever()
