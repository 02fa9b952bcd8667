/*
 * commit: the text of commit and tag objects, read and written.
 */
#include "repo/git/history/commit.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/hint.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/history/date.h"
#include "repo/git/history/identity.h"
#include "repo/git/history/refs_internal.h"
#include "repo/git/program.h"
#include "repo/git/quarantine.h"
#include "repo/git/ref_name.h"
#include "repo/git/repository_internal.h"

/* ---- signing: signatures on commits and tags, as Git's settings want them ---- */

#define SIGNATURE_MAX (1u << 20)

/* The last line that a signer said, for the message. */
static const char *last_words(vv_buf *said)
{
	while (said->len > 0 && isspace((unsigned char)said->data[said->len - 1])) {
		said->data[--said->len] = '\0';
	}
	if (said->len == 0) return "no reason given";
	char *start = strrchr(said->data, '\n');
	return vv_text_shows(start ? start + 1 : said->data);
}

static vv_status refused(const char *program, vv_buf *said, vv_error *err)
{
	return vv_fail(
		err, VV_EREFUSED,
		"'%s' could not sign: %s\n"
		"see user.signingKey, gpg.format and gpg.program; --no-gpg-sign leaves the signature out",
		vv_text_shows(program), last_words(said));
}

/* CR before LF comes from signers on other systems and would break the header. */
static void put_unix(vv_buf *to, const vv_buf *from)
{
	for (size_t i = 0; i < from->len; i++) {
		if (from->data[i] != '\r' || i + 1 == from->len || from->data[i + 1] != '\n') {
			vv_buf_putc(to, from->data[i]);
		}
	}
}

/* A line of gpg's status output. */
static bool has_status(const vv_buf *said, const char *word)
{
	const char *text = vv_buf_cstr(said), *at = text;

	while ((at = strstr(at, word))) {
		if (at == text || at[-1] == '\n') return true;
		at++;
	}
	return false;
}

static vv_status sign_gpg(const vv_env *env, const char *program, const char *key,
			  const void *bytes, size_t len, vv_buf *signature, vv_error *err)
{
	const char *argv[] = {program, "--status-fd=2", "-bsau", key, NULL};
	vv_auto(vv_buf) out = VV_BUF_INIT, said = VV_BUF_INIT;
	const vv_run run = {.argv = argv,
			    .env = env,
			    .input = bytes,
			    .len = len,
			    .output = &out,
			    .errors = &said};
	vv_status rc;
	int code;

	if ((rc = vv_run_program(&run, &code, err)) < 0) return rc;
	if (code != 0 || out.len == 0 || out.len > SIGNATURE_MAX ||
	    !has_status(&said, "[GNUPG:] SIG_CREATED ")) {
		return refused(program, &said, err);
	}
	put_unix(signature, &out);
	return vv_buf_ok(signature, err);
}

/* --- ssh ------------------------------------------------------------------------ */

static bool is_literal_key(const char *key)
{
	return strncmp(key, "key::", 5) == 0 || strncmp(key, "ssh-", 4) == 0;
}

static vv_status write_temp(vv_new_file *f, const char *dir, const char *prefix, const void *bytes,
			    size_t len, vv_error *err)
{
	vv_status rc = vv_new_file_open(f, dir, prefix, err);

	if (rc < 0 || (rc = vv_new_file_put(f, bytes, len, err)) < 0) return rc;
	return vv_new_file_end(f, false, err);
}

/* ssh-keygen wants files; it writes the signature to "<data>.sig". */
static vv_status sign_ssh(const vv_env *env, const char *program, const char *key,
			  const void *bytes, size_t len, vv_buf *signature, vv_error *err)
{
	const char *tmp = vv_env_temp_dir(env),
		   *text = key + (strncmp(key, "key::", 5) == 0 ? 5 : 0);
	vv_auto(vv_new_file) key_file = {0}, data_file = {0}, sig_file = {.fd = -1};
	vv_auto(vv_buf) said = VV_BUF_INIT, out = VV_BUF_INIT;
	vv_status rc;
	int code;

	if ((is_literal_key(key) &&
	     (rc = write_temp(&key_file, tmp, "varve-key-", text, strlen(text), err)) < 0) ||
	    (rc = write_temp(&data_file, tmp, "varve-sign-", bytes, len, err)) < 0) {
		return rc;
	}
	if (!(sig_file.temp = vv_asprintf("%s.sig", data_file.temp))) return vv_fail_nomem(err);
	const char *argv[] = {program,
			      "-Y",
			      "sign",
			      "-n",
			      "git",
			      "-f",
			      key_file.temp ? key_file.temp : key,
			      data_file.temp,
			      NULL};
	const vv_run run = {.argv = argv, .env = env, .output = &out, .errors = &said};
	if ((rc = vv_run_program(&run, &code, err)) < 0) return rc;
	vv_buf_reset(&out);
	if (code != 0 || vv_read_file(&out, sig_file.temp, SIGNATURE_MAX, NULL) < 0 ||
	    out.len == 0) {
		return refused(program, &said, err);
	}
	put_unix(signature, &out);
	return vv_buf_ok(signature, err);
}

/* gpg.ssh.defaultKeyCommand prints the key, on its first line, where user.signingKey
 * does not; its words are split by sh, as git does. */
static vv_status ask_ssh_key(vv_repository *r, char **key, vv_error *err)
{
	vv_auto(char) *command = NULL;
	const char *argv[] = {"/bin/sh", "-c", NULL, NULL};
	vv_auto(vv_buf) out = VV_BUF_INIT;
	vv_status rc = vv_config_string(r, "gpg.ssh.defaultkeycommand", &command, err);
	int code;

	if (rc == VV_ENOTFOUND) {
		return vv_fail(err, VV_EUSAGE,
			       "a signature is wanted, but user.signingKey is not set\n"
			       "git config user.signingKey ~/.ssh/id_ed25519.pub");
	}
	argv[2] = command;
	if (rc < 0 || (rc = vv_program_run(r->env, argv, NULL, 0, &out, &code, err)) < 0) return rc;
	const char *text = vv_buf_cstr(&out);
	if (code != 0 || !is_literal_key(text)) {
		return vv_fail(err, VV_EREFUSED, "gpg.ssh.defaultKeyCommand gave no key");
	}
	*key = vv_strndup(text, strcspn(text, "\r\n"));
	return *key ? VV_OK : vv_fail_nomem(err);
}

/* --- which signer ------------------------------------------------------------------ */

typedef struct signer {
	const char *format, *key, *old_key, *program;
} signer;

static const signer signers[] = {
	{"openpgp", "gpg.openpgp.program", "gpg.program", "gpg"},
	{"x509", "gpg.x509.program", NULL, "gpgsm"},
	{"ssh", "gpg.ssh.program", NULL, "ssh-keygen"},
};

static vv_status choose(vv_repository *r, const signer **out, char **program, vv_error *err)
{
	vv_auto(char) *format = NULL;
	vv_status rc = vv_config_string(r, "gpg.format", &format, err);

	if (rc < 0 && rc != VV_ENOTFOUND) return rc;
	*out = NULL;
	for (size_t i = 0; i < sizeof(signers) / sizeof(signers[0]); i++) {
		if (strcmp(format ? format : "openpgp", signers[i].format) == 0) {
			*out = &signers[i];
		}
	}
	if (!*out) {
		return vv_fail(err, VV_ENOSUPPORT,
			       "gpg.format is '%s', expected openpgp, ssh or x509",
			       vv_text_shows(format));
	}
	rc = vv_config_path(r, (*out)->key, program, err);
	if (rc == VV_ENOTFOUND && (*out)->old_key) {
		rc = vv_config_path(r, (*out)->old_key, program, err);
	}
	if (rc == VV_ENOTFOUND) {
		vv_error_clear(err);
		rc = (*program = vv_strdup((*out)->program)) ? VV_OK : vv_fail_nomem(err);
	}
	return rc;
}

/* Signs len bytes with gpg, gpgsm or ssh-keygen (gpg.format) and appends the armoured
 * signature, which ends in a newline. ident: "Name <mail>", whose key it is when
 * user.signingKey does not say. Any failure is an error: nothing is left unsigned
 * that should be signed. */
static vv_status vv_sign(vv_repository *r, const void *bytes, size_t len, const char *ident,
			 vv_buf *signature, vv_error *err)
{
	const signer *s = NULL;
	vv_auto(char) *program = NULL, *key = NULL;
	vv_status rc;

	if ((rc = choose(r, &s, &program, err)) < 0) return rc;
	bool ssh = strcmp(s->format, "ssh") == 0;
	rc = ssh ? vv_config_path(r, "user.signingkey", &key, err)
		 : vv_config_string(r, "user.signingkey", &key, err);
	if (rc == VV_ENOTFOUND) {
		vv_error_clear(err);
		rc = ssh                        ? ask_ssh_key(r, &key, err)
		     : (key = vv_strdup(ident)) ? VV_OK
						: vv_fail_nomem(err);
	}
	if (rc < 0) return rc;
	rc = ssh ? sign_ssh(r->env, program, key, bytes, len, signature, err)
		 : sign_gpg(r->env, program, key, bytes, len, signature, err);
	if (rc == VV_EPROGRAM) {
		(void)vv_hint(err, "install it, or name it in %s", s->key);
	}
	return rc;
}

/* ---- commit ---- */

#define MESSAGE_BYTES_MAX (16u << 20)

/* --- reading ------------------------------------------------------------------ */

void vv_commit_clear(vv_commit *c)
{
	vv_free(c->parents);
	vv_person_clear(&c->author);
	vv_person_clear(&c->committer);
	vv_free(c->message);
	memset(c, 0, sizeof(*c));
}

const char *vv_commit_subject(const vv_commit *c, size_t *len)
{
	const char *start = c->message + strspn(c->message, "\n");

	*len = strcspn(start, "\n");
	return start;
}

static vv_status copy_person(vv_person *out, const git_signature *from, vv_error *err)
{
	out->name = vv_strdup(from && from->name ? from->name : "");
	out->email = vv_strdup(from && from->email ? from->email : "");
	out->time = from ? from->when.time : 0;
	out->offset_min = from ? from->when.offset : 0;
	return out->name && out->email ? VV_OK : vv_fail_nomem(err);
}

static vv_status copy_commit(const git_commit *from, vv_commit *out, vv_error *err)
{
	unsigned count = git_commit_parentcount(from);
	vv_status rc;

	vv_oid_from_git(&out->id, git_commit_id(from));
	vv_oid_from_git(&out->tree, git_commit_tree_id(from));
	if (count > 0 && !(out->parents = vv_calloc(count, sizeof(vv_oid)))) {
		return vv_fail_nomem(err);
	}
	for (unsigned i = 0; i < count; i++) {
		vv_oid_from_git(&out->parents[i], git_commit_parent_id(from, i));
	}
	out->parent_count = count;
	if ((rc = copy_person(&out->author, git_commit_author(from), err)) < 0 ||
	    (rc = copy_person(&out->committer, git_commit_committer(from), err)) < 0) {
		return rc;
	}
	out->message = vv_strdup(git_commit_message(from) ? git_commit_message(from) : "");
	return out->message ? VV_OK : vv_fail_nomem(err);
}

vv_status vv_commit_read(vv_repository *r, const vv_oid *id, vv_commit *out, vv_error *err)
{
	vv_auto(git_odb_object) *bytes = NULL;
	vv_auto(git_commit) *commit = NULL;
	git_oid git_id;
	vv_status rc;
	int code;

	memset(out, 0, sizeof(*out));
	vv_oid_to_git(&git_id, id);
	/* The size first, and the cache then has it. */
	if ((rc = vv_object_read(r, &git_id, GIT_OBJECT_COMMIT, VV_COMMIT_BYTES_MAX, &bytes, err)) <
	    0) {
		return rc;
	}
	if ((code = git_commit_lookup(&commit, r->git, &git_id)) < 0) {
		return vv_git_fail(err, code, "cannot read the commit %s", vv_oid_shows(id));
	}
	if ((rc = copy_commit(commit, out, err)) < 0) {
		vv_commit_clear(out);
	}
	return rc;
}

/* --- making -------------------------------------------------------------------- */

static void put_id(vv_buf *b, const char *key, const vv_oid *id)
{
	vv_buf_printf(b, "%s %s\n", key, vv_oid_shows(id));
}

static vv_status author_of(vv_repository *r, const vv_commit_options *opts, vv_person *out,
			   vv_error *err)
{
	vv_status rc = VV_OK;

	if (opts->keep_author) {
		const vv_person *kept = &opts->keep_author->author;

		*out = *kept;
		out->name = vv_strdup(kept->name);
		out->email = vv_strdup(kept->email);
		if (!out->name || !out->email) return vv_fail_nomem(err);
	} else if ((rc = vv_identity(r, VV_AUTHOR, out, opts->author ? NULL : err)) < 0 &&
		   !opts->author) {
		return rc;
	}
	if (opts->author) { /* keeps the time found so far */
		int64_t when = out->time;
		int offset = out->offset_min;
		uint32_t nsec;

		if (rc < 0) {
			vv_now(&when, &nsec);
			offset = vv_local_offset_min(when);
		}
		vv_person_clear(out);
		if ((rc = vv_person_parse(opts->author, out, err)) < 0) return rc;
		out->time = when;
		out->offset_min = offset;
	}
	if (opts->author_time_set) {
		out->time = opts->author_time;
		out->offset_min = opts->author_offset_min;
	}
	return VV_OK;
}

/* A header whose value has several lines: each further one begins with a space. */
static void put_signature(vv_buf *b, const vv_buf *signature)
{
	const char *p = vv_buf_cstr(signature), *end = p + signature->len;

	vv_buf_puts(b, "gpgsig");
	while (p < end) {
		const char *eol = memchr(p, '\n', (size_t)(end - p));
		size_t len = eol ? (size_t)(eol - p) : (size_t)(end - p);

		vv_buf_putc(b, ' ');
		vv_buf_put(b, p, len);
		vv_buf_putc(b, '\n');
		p += len + (eol != NULL);
	}
}

static vv_status must_sign(vv_repository *r, const vv_commit_options *opts, bool *out,
			   vv_error *err)
{
	*out = opts->sign;
	if (opts->sign || opts->no_sign) return VV_OK;
	return vv_config_bool(r, "commit.gpgsign", false, out, err);
}

/* Appends a signature of the text by this person. */
static vv_status sign(vv_repository *r, const vv_person *who, const vv_buf *text, vv_buf *signature,
		      vv_error *err)
{
	vv_status rc;

	vv_auto(char) *ident = vv_asprintf("%s <%s>", who->name, who->email);
	if ((rc = vv_alloc_ok(ident, err)) < 0 || (rc = vv_buf_ok(text, err)) < 0) return rc;
	return vv_sign(r, text->data, text->len, ident, signature, err);
}

/* Appends "<message>" with a final newline to the headers, and, where it is wanted,
 * a signature of all that between the two. */
static vv_status finish_commit(vv_repository *r, const vv_commit_options *opts, vv_buf *head,
			       const vv_person *committer, vv_buf *out, vv_error *err)
{
	vv_auto(vv_buf) signature = VV_BUF_INIT;
	size_t len = strlen(opts->message), head_len = head->len;
	bool signs;
	vv_status rc;

	vv_buf_putc(head, '\n');
	vv_buf_puts(head, opts->message);
	if (len > 0 && opts->message[len - 1] != '\n') {
		vv_buf_putc(head, '\n');
	}
	if ((rc = vv_buf_ok(head, err)) < 0 || (rc = must_sign(r, opts, &signs, err)) < 0 ||
	    (signs && (rc = sign(r, committer, head, &signature, err)) < 0)) {
		return rc;
	}
	vv_buf_put(out, head->data, head_len);
	if (signs) {
		put_signature(out, &signature);
	}
	vv_buf_put(out, head->data + head_len, head->len - head_len);
	return vv_buf_ok(out, err);
}

vv_status vv_commit_write(vv_repository *r, const vv_commit_options *opts, vv_oid *out,
			  vv_error *err)
{
	vv_auto(vv_buf) head = VV_BUF_INIT, text = VV_BUF_INIT;
	vv_auto(vv_person) author = {0}, committer = {0};
	git_oid id;
	vv_status rc;

	if (strlen(opts->message) > MESSAGE_BYTES_MAX) {
		return vv_fail(err, VV_EREFUSED, "the message is over %s",
			       vv_text_bytes(MESSAGE_BYTES_MAX));
	}
	if ((rc = vv_identity(r, VV_COMMITTER, &committer, err)) < 0 ||
	    (rc = author_of(r, opts, &author, err)) < 0) {
		return rc;
	}
	put_id(&head, "tree", opts->tree);
	for (size_t i = 0; i < opts->parent_count; i++) {
		put_id(&head, "parent", &opts->parents[i]);
	}
	vv_buf_puts(&head, "author ");
	vv_person_put(&head, &author);
	vv_buf_puts(&head, "\ncommitter ");
	vv_person_put(&head, &committer);
	vv_buf_putc(&head, '\n');
	if (!vv_utf8_valid(opts->message, strlen(opts->message))) {
		vv_buf_puts(&head, "encoding ISO-8859-1\n"); /* any bytes can be read as that */
	}
	if ((rc = finish_commit(r, opts, &head, &committer, &text, err)) < 0 ||
	    (rc = vv_quarantine_write(r, GIT_OBJECT_COMMIT, text.data, text.len, &id, err)) < 0) {
		return rc;
	}
	vv_oid_from_git(out, &id);
	return VV_OK;
}

/* What HEAD must be when the commit takes its place. */
static vv_status expected_head(vv_repository *r, const vv_commit_options *opts, vv_oid *out,
			       bool *amends, vv_error *err)
{
	vv_auto(vv_head) head = {0};
	vv_auto(vv_commit) now = {0};
	vv_status rc;

	*amends = false;
	memset(out, 0, sizeof(*out));
	if (opts->parent_count > 0) {
		*out = opts->parents[0];
	}
	if ((rc = vv_head_read(r, &head, err)) < 0) return rc;
	if (opts->expect) {
		*out = *opts->expect;
		*amends = opts->parent_count == 0 ? !vv_oid_is_null(out)
						  : !vv_oid_equal(out, &opts->parents[0]);
	} else if (!head.unborn && !vv_oid_equal(out, &head.commit)) {
		if ((rc = vv_commit_read(r, &head.commit, &now, err)) < 0) return rc;
		*amends = now.parent_count == opts->parent_count;
		for (size_t i = 0; *amends && i < now.parent_count; i++) {
			*amends = vv_oid_equal(&now.parents[i], &opts->parents[i]);
		}
		if (*amends) {
			*out = head.commit;
		}
	}
	if (vv_oid_equal(out, &head.commit)) return VV_OK;
	return vv_fail(err, VV_ECONFLICT,
		       "HEAD moved while the commit was being made\n"
		       "another commit was made here; look at it and try again");
}

static char *reflog_text(const vv_commit_options *opts, bool amends)
{
	const char *kind = amends                    ? " (amend)"
			   : opts->parent_count == 0 ? " (initial)"
			   : opts->parent_count > 1  ? " (merge)"
						     : "";
	const char *start = opts->message + strspn(opts->message, "\n");
	vv_buf b = VV_BUF_INIT;

	vv_buf_printf(&b, "commit%s: ", kind);
	vv_buf_put(&b, start, strcspn(start, "\n"));
	return vv_buf_detach(&b);
}

vv_status vv_commit_create(vv_repository *r, const vv_commit_options *opts, vv_oid *out,
			   vv_error *err)
{
	vv_oid old;
	bool amends;
	vv_status rc;

	if ((rc = expected_head(r, opts, &old, &amends, err)) < 0 ||
	    (rc = vv_commit_write(r, opts, out, err)) < 0) {
		return rc;
	}
	vv_auto(char) *reflog = opts->reflog ? vv_strdup(opts->reflog) : reflog_text(opts, amends);
	return reflog ? vv_head_move(r, out, &old, reflog, err) : vv_fail_nomem(err);
}
