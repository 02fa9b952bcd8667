/*
 * head: the bytes of the commit.
 */
#include "lib/heads/head.h"

#include <string.h>

#include "base/array.h"
#include "base/codec.h"
#include "base/file.h"
#include "base/hint.h"
#include "base/path.h"
#include "base/secret.h"
#include "base/signature/ssh_signature.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/blob.h"
#include "repo/git/history/head_record.h"
#include "repo/git/objects/send.h"
#include "repo/git/program.h"
#include "repo/git/run_git.h"
#include "repo/git/tree.h"

#define COMMIT_MAX ((size_t)64 << 10)
#define SIGNATURE_HEADER "gpgsig "
#define DIGEST_LINE "record sha256 "
#define BRANCH_LINE "default "
#define CONTENT_LINE "content "
#define CONTENT_ALGORITHM "sha256 "

void vv_head_commit_clear(vv_head_commit *c)
{
	vv_head_record_clear(&c->record);
	vv_buf_clear_all(&c->refs, &c->branch, &c->content);
	vv_stamp_clear(&c->stamp);
}

static int order_names(const char *a, size_t a_len, const char *b, size_t b_len)
{
	const int order = memcmp(a, b, a_len < b_len ? a_len : b_len);

	return order != 0 ? order : (a_len > b_len) - (a_len < b_len);
}

/* Moves past the lines of a sorted list whose names are before `name`, by bisection. */
static const char *skip_to(const vv_buf *list, size_t id_len, const char *name, size_t len)
{
	const char *begin = vv_buf_cstr(list), *low = begin, *high = begin + list->len;

	while (low < high) {
		const char *line = low + (high - low) / 2;

		while (line > low && line[-1] != '\n') {
			line--;
		}
		const size_t line_len = strcspn(line, "\n"), before = id_len + 1;
		if (line_len < before || line[line_len] != '\n') {
			break;
		}
		if (order_names(line + before, line_len - before, name, len) < 0) {
			low = line + line_len + 1;
		} else {
			high = line;
		}
	}
	return low;
}

const char *vv_head_list_find(const vv_buf *list, size_t id_len, const char *name, size_t len)
{
	const char *line = skip_to(list, id_len, name, len);
	const size_t line_len = strcspn(line, "\n"), before = id_len + 1;

	return line_len == before + len && memcmp(line + before, name, len) == 0 ? line : NULL;
}

bool vv_head_commit_ref(const vv_head_commit *c, const char *name, vv_oid *out)
{
	const size_t len = strlen(name);
	const char *p = vv_buf_cstr(&c->refs);
	vv_head_ref ref;

	if (c->sorted) {
		p = vv_head_list_find(&c->refs, VV_OID_TEXT, name, len);
		return p && vv_oid_parse(out, p, VV_OID_TEXT);
	}

	while (vv_head_refs_next(&ref, &p)) {
		if (order_names(ref.name, ref.len, name, len) == 0) {
			*out = ref.id;
			return true;
		}
	}
	return false;
}

void vv_head_commit_put_branch(vv_buf *out, const vv_head_commit *c)
{
	static const char *const usual[] = {"refs/heads/main", "refs/heads/master"};
	const char *p = vv_buf_cstr(&c->refs);
	vv_head_ref ref;
	vv_oid id;

	if (c->branch.len > 0) {
		vv_buf_puts(out, c->branch.data);
		return;
	}
	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++) {
		if (vv_head_commit_ref(c, usual[i], &id)) {
			vv_buf_puts(out, usual[i]);
			return;
		}
	}
	while (vv_head_refs_next(&ref, &p)) {
		if (ref.len > 11 && memcmp(ref.name, "refs/heads/", 11) == 0) {
			vv_buf_put(out, ref.name, ref.len);
			return;
		}
	}
}

/* --- reading -------------------------------------------------------------------------------------- */

typedef struct parts {
	vv_buf bytes;     /* that are signed */
	vv_buf signature; /* armoured */
	const char *message;
} parts;

static void parts_clear(parts *p)
{
	vv_buf_clear_all(&p->bytes, &p->signature);
}
VV_AUTO_CLEAR(parts, parts_clear)

static vv_status bad_commit(vv_error *err)
{
	return vv_fail(err, VV_ECORRUPT, "the commit of a head is malformed");
}

/* Headers in git's order, each once but for parents; the signature's lines go to one side, all else to the other. */
static vv_status split_commit(parts *out, vv_head_commit *c, const vv_buf *raw, vv_error *err)
{
	static const char *const order[] = {"tree ", "parent ", "author ", "committer ",
					    SIGNATURE_HEADER};
	const char *p = vv_buf_cstr(raw), *end = p + raw->len;
	size_t at = 0, seen[5] = {0};

	while (p < end && *p != '\n') {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		const size_t k = at + vv_find_place(i, 5 - at,
						    strncmp(p, order[at + i],
							    strlen(order[at + i])) == 0);
		if (!nl || k == 5 || (k != 1 && seen[k] > 0)) return bad_commit(err);
		at = k;
		seen[k]++;
		const char *value = p + strlen(order[k]);
		if (k == 1 &&
		    (c->parent_count == VV_HEAD_PARENTS_MAX ||
		     !vv_oid_parse(&c->parents[c->parent_count++], value, (size_t)(nl - value)))) {
			return bad_commit(err);
		}
		if (k < 4) {
			vv_buf_put(&out->bytes, p, (size_t)(nl - p) + 1);
			p = nl + 1;
			continue;
		}
		vv_buf_put(&out->signature, value, (size_t)(nl - value) + 1);
		for (p = nl + 1; p < end && *p == ' '; p = nl + 1) {
			if (!(nl = memchr(p, '\n', (size_t)(end - p)))) return bad_commit(err);
			vv_buf_put(&out->signature, p + 1, (size_t)(nl - p));
		}
	}
	for (size_t k = 0; k < 5; k++) {
		if (k != 1 && seen[k] != 1) return bad_commit(err);
	}
	const size_t head = out->bytes.len;
	vv_buf_put(&out->bytes, p, (size_t)(end - p));
	vv_status rc = vv_buf_ok(&out->bytes, err);
	rc = rc < 0 ? rc : vv_buf_ok(&out->signature, err);
	out->message = rc < 0 ? NULL : out->bytes.data + head;
	return rc;
}

static vv_status read_blob(vv_buf *out, vv_repository *r, const vv_oid *commit, const char *path,
			   size_t max, vv_error *err)
{
	vv_auto(vv_tree_entry) e = {0};
	const vv_status rc = vv_tree_entry_at(r, commit, path, &e, err);

	return rc < 0 ? rc : vv_blob_read(r, &e.id, max, out, err);
}

static vv_status check_digest(const vv_buf *bytes, const uint8_t wanted[VV_SHA256_LEN],
			      const char *what, vv_error *err)
{
	uint8_t digest[VV_SHA256_LEN];
	const vv_status rc = vv_sha256(digest, vv_buf_cstr(bytes), bytes->len, err);

	return rc < 0 || memcmp(digest, wanted, sizeof(digest)) == 0
		       ? rc
		       : vv_fail(err, VV_ECORRUPT, "the signature of a head does not match its %s",
				 what);
}

static vv_status check_refs(vv_head_commit *c, vv_error *err)
{
	const char *p = vv_buf_cstr(&c->refs);
	vv_head_ref ref, last = {.name = "", .len = 0};

	c->sorted = true;
	while (vv_head_refs_next(&ref, &p)) {
		c->sorted = c->sorted && order_names(last.name, last.len, ref.name, ref.len) < 0;
		last = ref;
	}
	return p == vv_buf_cstr(&c->refs) + c->refs.len
		       ? VV_OK
		       : vv_fail(err, VV_ECORRUPT, "the list of refs of a head is damaged");
}

/* The line "default <name>" of the message. The message is signed with the commit. */
static vv_status read_branch(vv_head_commit *out, const char *message, vv_error *err)
{
	const char *line = strstr(message, "\n" BRANCH_LINE);
	vv_oid id;

	if (!line) return VV_OK;
	line += 1 + strlen(BRANCH_LINE);
	vv_buf_put(&out->branch, line, strcspn(line, "\n"));
	const vv_status rc = vv_buf_ok(&out->branch, err);
	if (rc < 0 || (strncmp(out->branch.data, "refs/heads/", 11) == 0 &&
		       vv_head_commit_ref(out, out->branch.data, &id))) {
		return rc;
	}
	return vv_fail(err, VV_ECORRUPT, "the list of refs of a head lacks its default branch");
}

/* The line "content sha256 <digest>" of the message. Its signer wants the files to be compared, so a head with another
 * algorithm alone is not taken for one without the line. */
static vv_status read_content(vv_head_commit *out, const char *message, vv_error *err)
{
	static const size_t word = sizeof(CONTENT_LINE) - 1,
			    algorithm = sizeof(CONTENT_ALGORITHM) - 1;
	bool other = false;

	for (vv_line l = {.rest = message}; vv_line_next(&l);) {
		if (l.len < word || memcmp(l.text, CONTENT_LINE, word) != 0) {
			continue;
		}
		const char *at = l.text + word;
		if (l.len < word + algorithm || memcmp(at, CONTENT_ALGORITHM, algorithm) != 0) {
			other = true;
			continue;
		}
		if (out->has_content || l.len != word + algorithm + 2 * (size_t)VV_SHA256_LEN ||
		    !vv_hex_read(out->content_sha256, sizeof(out->content_sha256),
				 at + algorithm)) {
			return bad_commit(err);
		}
		out->has_content = true;
	}
	return out->has_content || !other
		       ? VV_OK
		       : vv_fail(err, VV_ENOSUPPORT,
				 "the head has hashes of its files that only a newer varve can check");
}

vv_status vv_head_commit_read(vv_head_commit *out, vv_repository *r, const vv_oid *id,
			      vv_error *err)
{
	vv_auto(vv_buf) raw = VV_BUF_INIT, text = VV_BUF_INIT;
	vv_auto(parts) p = {.message = NULL};
	uint8_t key[VV_KEY_PUBLIC], digest[VV_SHA256_LEN];
	vv_status rc = vv_git_object_bytes(r, VV_GIT_COMMIT, id, COMMIT_MAX, &raw, err);

	*out = (vv_head_commit){.id = *id};
	if (rc < 0 || (rc = split_commit(&p, out, &raw, err)) < 0 ||
	    (rc = vv_ssh_verify(key, vv_buf_cstr(&p.signature), p.signature.len, VV_HEAD_PURPOSE,
				p.bytes.data, p.bytes.len, err)) < 0) {
		return rc;
	}
	/* The commit names the record by SHA-1, and this line by SHA-256. */
	const char *line = strstr(p.message, "\n" DIGEST_LINE);
	if (!line || !vv_hex_read(digest, sizeof(digest), line + 1 + strlen(DIGEST_LINE))) {
		return bad_commit(err);
	}
	if ((rc = read_blob(&text, r, id, "head", VV_HEAD_RECORD_MAX, err)) < 0 ||
	    (rc = check_digest(&text, digest, "record", err)) < 0 ||
	    (rc = vv_head_record_read(&out->record, vv_buf_cstr(&text), text.len, err)) < 0 ||
	    (rc = vv_head_refs_read(&out->refs, r, id, err)) < 0 ||
	    (rc = check_digest(&out->refs, out->record.refs, "list of refs", err)) < 0 ||
	    (rc = check_refs(out, err)) < 0 || (rc = read_branch(out, p.message, err)) < 0 ||
	    (rc = read_content(out, p.message, err)) < 0) {
		return rc;
	}
	if (memcmp(key, out->record.key, sizeof(key)) != 0) {
		return vv_fail(err, VV_ECORRUPT,
			       "the signature of the head does not match its key");
	}
	return vv_stamp_read(&out->stamp, out->parents, out->parent_count, p.message + 1, key, err);
}

/* --- who signs ------------------------------------------------------------------------------------ */

void vv_head_signer_clear(vv_head_signer *s)
{
	vv_wipe(s->seed, sizeof(s->seed));
	vv_free(s->key_file);
}

/* The seed of a key file's text. */
static vv_status take_seed(vv_head_signer *s, const char *text, const char *from, vv_error *err)
{
	const char *plain = strncmp(text, "varve key 1\n", 12) == 0 ? strstr(text, "\nplain ")
								    : NULL;

	if (strstr(text, "\nargon2id ")) {
		return vv_fail(err, VV_ENOSUPPORT,
			       "%s has a passphrase, so varve cannot sign with it\nset "
			       "varve.signingKey to an SSH key that is in ssh-agent",
			       from);
	}
	if (!plain || !vv_hex_read(s->seed, sizeof(s->seed), plain + 7)) {
		return vv_fail(err, VV_EINPUT, "%s is not a key of varve, or is damaged", from);
	}
	s->has_seed = true;
	return vv_ssh_public_key(s->key, s->seed, err);
}

static vv_status take_ssh_key(vv_head_signer *s, const char *file, vv_error *err)
{
	vv_auto(vv_buf) path = VV_BUF_INIT, line = VV_BUF_INIT;
	vv_status rc;

	vv_buf_printf(&path, "%s%s", file, vv_path_ends(file, ".pub") ? "" : ".pub");
	if ((rc = vv_buf_ok(&path, err)) < 0 ||
	    (rc = vv_read_file(&line, path.data, COMMIT_MAX, err)) < 0 ||
	    (rc = vv_ssh_key_read(s->key, vv_buf_cstr(&line), err)) < 0) {
		return rc < 0 ? vv_prefix(err, "varve.signingKey") : rc;
	}
	return vv_text_set(&s->key_file, file, err);
}

static vv_status take_own_key(vv_head_signer *s, const vv_env *env, vv_error *err)
{
	const char *config = vv_env_get(env, "XDG_CONFIG_HOME"), *home = vv_env_get(env, "HOME");
	vv_auto(char) *path = vv_path_is_absolute(config)
				      ? vv_path_join(config, "varve", "key", (char *)NULL)
				      : vv_path_join(vv_path_is_absolute(home) ? home : "/",
						     ".config", "varve", "key", (char *)NULL);
	vv_auto(vv_secret_buf) text = VV_BUF_INIT;
	vv_stat st;

	if (path && vv_lstat(&st, path, VV_IGNORED) == VV_OK && (st.mode & 077) != 0) {
		return vv_fail(
			err, VV_EREFUSED,
			"other users can read the key '%s'\n'chmod 600 %s' protects the key; "
			"if another user may have read the key, make a new one",
			vv_text_shows(path), vv_text_word(path));
	}
	vv_status rc = vv_read_regular(&text, path, COMMIT_MAX, err);
	if (rc == VV_ENOTFOUND) {
		vv_fail(err, VV_ENOTFOUND, "this machine has no key yet");
		return vv_hint_code(err, VV_HINT_KEY_NEW);
	}
	return rc < 0 ? rc : take_seed(s, vv_buf_cstr(&text), "this machine's key", err);
}

vv_status vv_head_signer_find(vv_head_signer *out, vv_repository *r, vv_error *err)
{
	const char *given = vv_env_get(vv_repository_env(r), "VARVE_KEY");
	vv_auto(char) *file = NULL;
	const vv_status rc = vv_missing_ok(vv_config_path(r, "varve.signingkey", &file, err), err);

	memset(out, 0, sizeof(*out));
	if (rc < 0) return rc;
	if (file && *file) return take_ssh_key(out, file, err);
	return given && *given ? take_seed(out, given, "VARVE_KEY", err)
			       : take_own_key(out, vv_repository_env(r), err);
}

vv_status vv_head_signer_sign(vv_buf *out, const vv_head_signer *s, vv_repository *r,
			      const char *purpose, const vv_buf *bytes, vv_error *err)
{
	vv_auto(vv_buf) said = VV_BUF_INIT;
	int code = 0;

	if (s->has_seed) {
		return vv_ssh_sign(out, s->seed, purpose, bytes->data, bytes->len, err);
	}
	const char *argv[] = {"ssh-keygen", "-Y", "sign", "-n", purpose, "-f", s->key_file, NULL};
	const vv_run run = {.argv = argv,
			    .env = vv_repository_env(r),
			    .input = bytes->data,
			    .len = bytes->len,
			    .output = out,
			    .errors = &said};
	vv_status rc = vv_run_program(&run, &code, err);
	if (rc < 0 || code == 0) return rc;
	return vv_fail(err, VV_EREFUSED, "ssh-keygen cannot sign with '%s': %.*s",
		       vv_text_shows(s->key_file), (int)strcspn(vv_buf_cstr(&said), "\r\n"),
		       vv_buf_cstr(&said));
}

/* --- writing -------------------------------------------------------------------------------------- */

static vv_status put_object(vv_oid *out, vv_repository *r, const char *type, const vv_buf *bytes,
			    vv_error *err)
{
	const char *hash[] = {"hash-object", "-w", "--stdin", "-t", type, NULL};
	const char *tree[] = {"mktree", NULL};
	vv_auto(vv_buf) id = VV_BUF_INIT;
	const vv_git_call call = {.args = strcmp(type, "tree") == 0 ? tree : hash,
				  .repo = r,
				  .input = bytes->data,
				  .len = bytes->len,
				  .output = &id};
	vv_status rc = vv_buf_ok(bytes, err);

	if (rc < 0 || (rc = vv_git_must(&call, "writing the head", err)) < 0) return rc;
	return vv_oid_parse(out, vv_buf_cstr(&id), strcspn(vv_buf_cstr(&id), "\n"))
		       ? VV_OK
		       : vv_fail(err, VV_EIO, "git printed no id of the object that it wrote");
}

static void put_commit(vv_buf *out, const vv_buf *bytes, size_t head, const vv_buf *signature)
{
	vv_buf_put(out, bytes->data, head);
	for (const char *p = vv_buf_cstr(signature), *before = "gpgsig "; *p; before = " ") {
		const size_t len = strcspn(p, "\n");
		vv_buf_printf(out, "%s%.*s\n", before, (int)len, p);
		p += len + (p[len] == '\n');
	}
	vv_buf_put(out, bytes->data + head, bytes->len - head);
}

/* The message, without a stamp. */
static vv_status put_message(vv_buf *out, const vv_head_commit *c, const vv_buf *text,
			     vv_error *err)
{
	uint8_t digest[VV_SHA256_LEN];
	const vv_status rc = vv_sha256(digest, vv_buf_cstr(text), text->len, err);

	if (rc < 0) return rc;
	vv_buf_printf(out, "Head %llu of %s\n\n" DIGEST_LINE, (unsigned long long)c->record.number,
		      c->record.name);
	vv_hex_put(out, digest, sizeof(digest));
	vv_buf_puts(out, "\n");
	if (c->branch.len > 0) {
		vv_buf_printf(out, BRANCH_LINE "%s\n", c->branch.data);
	}
	if (c->has_content) {
		vv_buf_puts(out, CONTENT_LINE CONTENT_ALGORITHM);
		vv_hex_put(out, c->content_sha256, sizeof(c->content_sha256));
		vv_buf_puts(out, "\n");
	}
	return vv_buf_ok(out, err);
}

/* Appends the line with the clock's token to the message. */
static vv_status put_stamp(vv_buf *message, const vv_head_commit *c, vv_repository *r,
			   const vv_head_signer *signer, const vv_head_clock *clock, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT, armoured = VV_BUF_INIT, signature = VV_BUF_INIT,
			token = VV_BUF_INIT;
	uint8_t digest[VV_SHA256_LEN];
	vv_status rc;

	vv_stamp_put_text(&text, c->parents, c->parent_count, message->data, message->len);
	if ((rc = vv_buf_ok(&text, err)) < 0 ||
	    (rc = vv_head_signer_sign(&armoured, signer, r, VV_STAMP_PURPOSE, &text, err)) < 0 ||
	    (rc = vv_ssh_unarmour(&signature, vv_buf_cstr(&armoured), armoured.len, err)) < 0) {
		return rc;
	}
	vv_stamp_put_signature(&text, signature.data, signature.len);
	if ((rc = vv_buf_ok(&text, err)) < 0 ||
	    (rc = vv_sha256(digest, text.data, text.len, err)) < 0 ||
	    (rc = clock->ask(clock->payload, &token, digest, err)) < 0) {
		return rc;
	}
	vv_stamp_put_line(message, &signature, &token);
	return vv_buf_ok(message, err);
}

static vv_status write_tree(vv_oid *out, const vv_head_commit *c, vv_repository *r,
			    const vv_buf *text, vv_error *err)
{
	vv_auto(vv_buf) tree = VV_BUF_INIT;
	vv_oid blob, ids;
	vv_status rc;

	if ((rc = put_object(&blob, r, "blob", text, err)) < 0 ||
	    (rc = put_object(&ids, r, "blob", &c->refs, err)) < 0) {
		return rc;
	}
	vv_buf_printf(&tree, "100644 blob %s\thead\n100644 blob %s\trefs\n", vv_oid_shows(&blob),
		      vv_oid_shows(&ids));
	if (c->has_content) {
		if ((rc = put_object(&ids, r, "blob", &c->content, err)) < 0) return rc;
		vv_buf_printf(&tree, "100644 blob %s\tcontent\n", vv_oid_shows(&ids));
	}
	return put_object(out, r, "tree", &tree, err);
}

vv_status vv_head_commit_write(vv_head_commit *c, vv_repository *r, const vv_head_signer *signer,
			       const vv_head_clock *clock, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT, message = VV_BUF_INIT, bytes = VV_BUF_INIT,
			signature = VV_BUF_INIT, commit = VV_BUF_INIT;
	vv_head_record *record = &c->record;
	vv_oid top;
	vv_status rc;

	memcpy(record->key, signer->key, sizeof(record->key));
	if ((rc = vv_sha256(record->refs, vv_buf_cstr(&c->refs), c->refs.len, err)) < 0) return rc;
	vv_head_record_put(&text, record);
	c->has_content = c->content.len > 0;
	if ((rc = vv_buf_ok(&text, err)) < 0 ||
	    (c->has_content &&
	     (rc = vv_sha256(c->content_sha256, c->content.data, c->content.len, err)) < 0) ||
	    (rc = put_message(&message, c, &text, err)) < 0 ||
	    (clock && (rc = put_stamp(&message, c, r, signer, clock, err)) < 0) ||
	    (rc = write_tree(&top, c, r, &text, err)) < 0) {
		return rc;
	}
	vv_buf_printf(&bytes, "tree %s\n", vv_oid_shows(&top));
	vv_array_each(c->parents, c->parent_count, parent) {
		vv_buf_printf(&bytes, "parent %s\n", vv_oid_shows(parent));
	}
	vv_buf_printf(&bytes, "author varve <%s> %lld +0000\ncommitter varve <%s> %lld +0000\n",
		      vv_did_key_shows(record->key), (long long)record->time,
		      vv_did_key_shows(record->key), (long long)record->time);
	const size_t head = bytes.len;
	vv_buf_putc(&bytes, '\n');
	vv_buf_put(&bytes, message.data, message.len);
	if ((rc = vv_buf_ok(&bytes, err)) < 0 ||
	    (rc = vv_head_signer_sign(&signature, signer, r, VV_HEAD_PURPOSE, &bytes, err)) < 0) {
		return rc;
	}
	put_commit(&commit, &bytes, head, &signature);
	return put_object(&c->id, r, "commit", &commit, err);
}
