"""stamps: puts each form of a wrong token into the head of an owner and of a signer whose permission ended, and reads both.

	stamps.py KEY BOB END FOLDER
		KEY: the SSH key of both, whose public half is BOB; FOLDER/own is his own data set, and FOLDER/a has his head beside its
		owner's, by whose words he could sign until END
"""
import json
import os
import re
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import tokens

LEAST = 40  # forms


def run(*words):
	done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
	return done.returncode, done.stdout, done.stderr


class Law:
	def __init__(self, key, bob, end, folder):
		self.key, self.bob, self.when, self.folder = key, bob, int(end) - 100, folder
		self.authority = tokens.prepare(f"{folder}/authorities")
		run("git", "config", "--global", "varve.timestampAuthority", f"{folder}/authorities/trusted.pem")
		self.failed = 0

	def restamp(self, place, make):
		os.chdir(f"{self.folder}/{place}")
		tokens.by_openssl.restamp(f"refs/varve/heads/{self.bob}", self.key, lambda digest: make(self.authority, digest, self.when))
		if os.path.exists(".git/varve/trust"):
			os.remove(".git/varve/trust")

	def own(self, make):
		"""Returns the state of the owner's head's time, why it is not known, and the exit status of verify."""
		self.restamp("own", make)
		status, out, _ = run("varve", "verify", "--json")
		time = json.loads(out)["timestamp"]
		return time["state"], time["why"] or "", status

	def clone(self):
		"""Returns what a clone says of heads."""
		shutil.rmtree(f"{self.folder}/clone", ignore_errors=True)
		status, _, err = run("varve", "clone", os.getcwd(), f"{self.folder}/clone")
		assert status == 0, err
		return "; ".join(re.findall("signed by .*|ignored.*|.*not valid.*", err))

	def expect(self, name, what, *seen):
		if not what:
			self.failed += 1
			print(f"{name}:", *seen, sep=" | ", flush=True)

	def control(self):
		right = tokens.Form(lambda a, digest, when: a.token(digest, when), "known", "", "")
		seen = self.own(right.make)
		self.expect("a right token", seen == ("known", "", 0), *seen)
		self.restamp("a", right.make)
		said = self.clone()
		self.expect("a right token", f"signed by {self.bob}" in said and "ignored" not in said, said)

	def try_form(self, name, form, also_clones):
		state, why, status = self.own(form.make)
		self.expect(name, state == form.state and status == (state == "false"), state, status, why)
		if form.state != "known":
			self.expect(name, re.search(form.words, why), form.words, why)
			said = self.clone() if also_clones else f"'prices' is not valid: {why}"
			self.expect(name, f"'prices' is not valid: {why}" in said, why, said)
		self.restamp("a", form.make)
		said = self.clone()
		ignored = re.search(f"ignored head {self.bob}.*", said)
		self.expect(name, ignored and re.search(form.words, ignored[0]) and f"signed by {self.bob}" not in said, form.words, said)


def main():
	law = Law(*sys.argv[1:4], os.path.abspath(sys.argv[4]))
	law.control()
	for i, (name, form) in enumerate(tokens.FORMS.items()):
		law.try_form(name, form, i % 8 == int(os.environ.get("VARVE_TEST_SAMPLE", 0)) % 8 or "VARVE_TEST_ALL" in os.environ)
	law.control()
	assert len(tokens.FORMS) >= LEAST, len(tokens.FORMS)
	print(f"{len(tokens.FORMS)} forms, {law.failed} failures")
	sys.exit(law.failed != 0)


main()
