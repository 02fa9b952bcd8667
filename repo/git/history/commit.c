/*
 * commit: the text of commit and tag objects, read and written.
 */
#include "repo/git/history/commit.h"

#include <iconv.h>

#include "base/array.h"
#include "base/file.h"
#include "base/hint.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/history/date.h"
#include "repo/git/history/identity.h"
#include "repo/git/history/refs_internal.h"
#include "repo/git/quarantine.h"
#include "repo/git/ref_name.h"
#include "repo/git/repository_internal.h"
#include "repo/git/run_git.h"
#include "repo/git/walker.h"

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

#define GROWTH_MAX 4u /* bytes of UTF-8 for one byte of an encoding */

/* A copy of text in UTF-8; as git does, unchanged if it is not in this encoding. So is text that would end at a NUL character,
 * which hostile names of encodings make of other bytes. NULL: no memory. */
static char *decode_text(const char *text, const char *encoding)
{
	const size_t len = text ? strlen(text) : 0;
	size_t left = len, room = GROWTH_MAX * len;
	const iconv_t how = len > 0 && encoding ? iconv_open("UTF-8", encoding) : (iconv_t)-1;
	char *in = (char *)(uintptr_t)text;

	if (how == (iconv_t)-1) return vv_strdup(text ? text : "");
	char *out = vv_malloc(room + 1), *to = out;
	if (out && (iconv(how, &in, &left, &to, &room) == (size_t)-1 ||
		    memchr(out, 0, (size_t)(to - out)))) {
		memcpy(out, text, len);
		to = out + len;
	}
	if (out) {
		*to = '\0';
	}
	(void)iconv_close(how);
	return out;
}

static vv_status copy_person(vv_person *out, const git_signature *from, const char *encoding,
			     vv_error *err)
{
	const git_signature none = {.name = NULL};

	from = from ? from : &none;
	*out = (vv_person){
		.name = decode_text(from->name, encoding),
		.email = decode_text(from->email, encoding),
		.time = from->when.time,
		.offset_min = from->when.offset,
	};
	return out->name && out->email ? VV_OK : vv_fail_nomem(err);
}

static vv_status copy_commit(const git_commit *from, vv_header_lines lines, vv_commit *out,
			     vv_error *err)
{
	const char *encoding = git_commit_message_encoding(from);
	size_t cap = 0;
	vv_status rc;
	git_oid id;

	out->id = *vv_from_git(git_commit_id(from));
	out->tree = *vv_from_git(git_commit_tree_id(from));
	(void)vv_header_take_id(&lines, "tree", &id);
	while (vv_header_take_id(&lines, "parent", &id)) {
		if (!vv_array_add(out->parents, out->parent_count, cap, *vv_from_git(&id))) {
			return vv_fail_nomem(err);
		}
	}
	if ((rc = copy_person(&out->author, git_commit_author(from), encoding, err)) < 0 ||
	    (rc = copy_person(&out->committer, git_commit_committer(from), encoding, err)) < 0) {
		return rc;
	}
	out->message = decode_text(git_commit_message(from), encoding);
	return out->message ? VV_OK : vv_fail_nomem(err);
}

vv_status vv_commit_read(vv_repository *r, const vv_oid *id, vv_commit *out, vv_error *err)
{
	vv_auto(git_odb_object) *bytes = NULL;
	vv_auto(git_commit) *commit = NULL;
	const git_oid *git_id = vv_to_git(id);
	vv_status rc;
	int code;

	memset(out, 0, sizeof(*out));
	/* The size first, and the cache then has it. */
	if ((rc = vv_object_read(r, git_id, GIT_OBJECT_COMMIT, VV_COMMIT_BYTES_MAX, &bytes, err)) <
	    0) {
		return rc;
	}
	if ((code = git_commit_lookup(&commit, r->git, git_id)) < 0) {
		return vv_git_fail(err, code, "cannot read the commit %s", vv_oid_shows(id));
	}
	if ((rc = copy_commit(commit, vv_header_lines_of(bytes), out, err)) < 0) {
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

		if (rc < 0) {
			when = vv_now_sec();
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

/* ---- signed ones ---- */

#define SIGNED_PARENTS 40u

static char *setting_of(const char *name, const char *value)
{
	return vv_asprintf("%s=%s", name, value);
}

static char *date_setting(const char *name, const vv_person *p)
{
	vv_auto(char) *text = vv_date_text(p->time, p->offset_min);

	return text ? setting_of(name, text) : NULL;
}

/* git has the signers, keys and settings. It does not move a ref, and its object is durable. */
static vv_status write_signed(vv_repository *r, const vv_commit_options *opts,
			      const vv_person *author, const vv_person *committer, vv_oid *out,
			      vv_error *err)
{
	vv_auto(char) *a = setting_of("GIT_AUTHOR_NAME", author->name),
		      *b = setting_of("GIT_AUTHOR_EMAIL", author->email),
		      *c = date_setting("GIT_AUTHOR_DATE", author),
		      *d = setting_of("GIT_COMMITTER_NAME", committer->name),
		      *e = setting_of("GIT_COMMITTER_EMAIL", committer->email),
		      *f = date_setting("GIT_COMMITTER_DATE", committer);
	const char *const more[] = {a, b, c, d, e, f, NULL};
	char tree[VV_OID_TEXT + 1], parents[SIGNED_PARENTS][VV_OID_TEXT + 3];
	const char *args[SIGNED_PARENTS + 10] = {"-c", "i18n.commitEncoding=UTF-8", "commit-tree",
						 "-S", tree};
	vv_auto(vv_buf) made = VV_BUF_INIT, said = VV_BUF_INIT;
	const vv_git_call run = {.args = args,
				 .repo = r,
				 .durable = true,
				 .more = more,
				 .input = opts->message,
				 .len = strlen(opts->message),
				 .output = &made};
	size_t n = 5;
	int code = 0;
	vv_status rc;

	if (!a || !b || !c || !d || !e || !f) return vv_fail_nomem(err);
	if (opts->parent_count > SIGNED_PARENTS) {
		return vv_fail(err, VV_EREFUSED, "a signed commit can have at most %u parents",
			       SIGNED_PARENTS);
	}
	if (!vv_utf8_valid(opts->message, run.len)) {
		args[1] = "i18n.commitEncoding=ISO-8859-1";
	}
	vv_oid_text(tree, opts->tree);
	for (size_t i = 0; i < opts->parent_count; i++) {
		memcpy(parents[i], "-p", 2);
		vv_oid_text(parents[i] + 2, &opts->parents[i]);
		args[n++] = parents[i];
	}
	if ((rc = vv_repository_flush(r, err)) < 0 ||
	    (rc = vv_git_run(&run, &said, &code, err)) < 0) {
		return rc;
	}
	if (code != 0) {
		(void)vv_git_explain("cannot make a signed commit", &said, code, err);
		err->code = VV_EREFUSED;
		return vv_hint(err,
			       "check the settings user.signingKey, gpg.format and gpg.program");
	}
	return vv_oid_parse(out, vv_buf_cstr(&made), VV_OID_TEXT)
		       ? VV_OK
		       : vv_fail(err, VV_EIO, "git commit-tree did not print the id of a commit");
}

/* ---- all ---- */

static void put_text(const vv_commit_options *opts, const vv_person *author,
		     const vv_person *committer, vv_buf *out)
{
	const size_t len = strlen(opts->message);

	put_id(out, "tree", opts->tree);
	vv_array_each(opts->parents, opts->parent_count, parent) {
		put_id(out, "parent", parent);
	}
	vv_buf_puts(out, "author ");
	vv_person_put(out, author);
	vv_buf_puts(out, "\ncommitter ");
	vv_person_put(out, committer);
	vv_buf_putc(out, '\n');
	if (!vv_utf8_valid(opts->message, len)) {
		vv_buf_puts(out, "encoding ISO-8859-1\n"); /* any bytes can be read as that */
	}
	vv_buf_putc(out, '\n');
	vv_buf_puts(out, opts->message);
	if (len > 0 && opts->message[len - 1] != '\n') {
		vv_buf_putc(out, '\n');
	}
}

vv_status vv_commit_write(vv_repository *r, const vv_commit_options *opts, vv_oid *out,
			  vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_auto(vv_person) author = {0}, committer = {0};
	bool signs = false;
	vv_status rc;

	if (strlen(opts->message) > MESSAGE_BYTES_MAX) {
		return vv_fail(err, VV_EREFUSED, "the commit message is longer than %s",
			       vv_text_bytes(MESSAGE_BYTES_MAX));
	}
	if ((rc = vv_identity(r, VV_COMMITTER, &committer, err)) < 0 ||
	    (rc = author_of(r, opts, &author, err)) < 0 ||
	    (!opts->no_sign &&
	     (rc = vv_config_bool(r, "commit.gpgsign", false, &signs, err)) < 0)) {
		return rc;
	}
	if (opts->both_times) {
		committer.time = author.time;
		committer.offset_min = author.offset_min;
	}
	if (signs) return write_signed(r, opts, &author, &committer, out, err);
	put_text(opts, &author, &committer, &text);
	rc = vv_buf_ok(&text, err);
	return rc < 0 ? rc
		      : vv_quarantine_write(r, GIT_OBJECT_COMMIT, text.data, text.len,
					    vv_to_git_out(out), err);
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
		       "HEAD moved while the commit was being made\nanother program committed or "
		       "switched branches; check 'git log', then try again");
}

static char *reflog_text(const vv_commit_options *opts, bool amends)
{
	const char *kind = "";

	if (amends) {
		kind = " (amend)";
	} else if (opts->parent_count == 0) {
		kind = " (initial)";
	} else if (opts->parent_count > 1) {
		kind = " (merge)";
	}
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
