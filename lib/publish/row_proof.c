/*
 * row_proof: Git's objects from the head to the pointer, by `git cat-file`, and blocks from the root to the row group, by
 * recording the requests of a reader of only that group.
 */
#include "lib/publish/row_proof.h"

#include <stdlib.h>
#include <string.h>

#include "base/hint.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/table/table.h"
#include "lib/heads/judge.h"
#include "lib/names/version.h"
#include "lib/view/key_place.h"
#include "repo/blocks/cbor.h"
#include "repo/blocks/reach.h"
#include "repo/git/history/history.h"
#include "repo/git/run_git.h"

#define KEY_MAX 64u

typedef struct proving {
	vv_row_proof *p;
	vv_buf blocks;  /* sections of the CAR */
	vv_buf objects; /* links of Git's objects */
	size_t object_count;
	vv_oid owner;      /* the owner's newest head */
	vv_cid_set *there; /* blocks that are among them */
	vv_buf key;        /* the cells of the row's key, as CBOR */
} proving;

static void proving_clear(proving *x)
{
	vv_buf_clear_all(&x->blocks, &x->objects, &x->key);
	vv_cid_set_free(x->there);
}
VV_AUTO_CLEAR(proving, proving_clear)

static void put_section(vv_buf *out, const vv_cid *cid, const void *bytes, size_t len)
{
	uint8_t raw[VV_CID_BYTES];

	vv_cid_write(raw, cid);
	vv_buf_put_varint(out, sizeof(raw) + len);
	vv_buf_put(out, raw, sizeof(raw));
	vv_buf_put(out, bytes, len);
}

/* --- from the root to the row ------------------------------------------------------------------- */

static vv_status note_block(void *payload, const vv_cid *cid, vv_buf *out, vv_error *err)
{
	proving *x = payload;
	const vv_sink *source = &x->p->table->source;
	bool added;
	vv_status rc;

	if ((rc = source->get(source->payload, cid, out, err)) < 0 ||
	    (rc = vv_cid_set_add(x->there, cid, &added, err)) < 0) {
		return rc;
	}
	if (added) {
		put_section(&x->blocks, cid, vv_buf_cstr(out), out->len);
	}
	return VV_OK;
}

static vv_status find_row(const vv_row_proof *p, size_t *places, uint64_t *row, vv_error *err)
{
	const vv_root *root = &p->table->root;
	const vv_key_place at = {
		.table = p->table, .key = places, .key_count = root->key_count, .text = p->row};
	bool found, whole;

	if (root->key_count == 0 || root->key_count > KEY_MAX) {
		return vv_fail(err, VV_EUSAGE, "'%s' has no key, so a row cannot be selected",
			       vv_text_shows(p->subject->path));
	}
	for (size_t i = 0; i < root->key_count; i++) {
		const long place = vv_schema_find(&p->table->schema, root->key[i],
						  strlen(root->key[i]));
		if (place < 0) {
			return vv_fail(err, VV_ECORRUPT,
				       "the table lacks a column of its "
				       "key");
		}
		places[i] = (size_t)place;
	}
	const vv_status rc = vv_key_place_find(&at, row, &found, &whole, err);
	return rc < 0 || found ? rc
			       : vv_fail(err, VV_ENOTFOUND, "no row has the key '%s'",
					 vv_text_shows(p->row));
}

static vv_status prove_row(proving *x, vv_error *err)
{
	const vv_sink noting = {.get = note_block, .payload = x};
	const vv_row_proof *p = x->p;
	vv_auto(vv_table) t = {.columns = 0};
	vv_auto(vv_table_reader) *r = NULL;
	vv_auto(vv_batch) b = {.rows = 0};
	size_t places[KEY_MAX];
	uint64_t row;
	vv_status rc;
	int more;

	if ((rc = find_row(p, places, &row, err)) < 0 ||
	    (rc = vv_table_open_stored(&t, &noting, &p->subject->root, err)) < 0 ||
	    (rc = vv_table_reader_open(&r, &t, NULL, 0, false, err)) < 0 ||
	    (rc = vv_table_seek_row(r, row, err)) < 0) {
		return rc;
	}
	if ((more = vv_table_read(r, &b, err)) < 0) return (vv_status)more;
	vv_cbor_put_array(&x->key, t.root.key_count);
	for (size_t i = 0; i < t.root.key_count; i++) {
		const vv_cell *c = &b.cells[(row - b.first_row) * b.columns + places[i]];
		vv_cbor_put_bytes(&x->key, c->text, c->len);
	}
	return VV_OK;
}

/* --- from the head to the pointer ----------------------------------------------------------------- */

/* "<id> <type> <size>\n<bytes>\n", each. */
static vv_status take_objects(proving *x, const vv_buf *text, vv_error *err)
{
	const char *p = vv_buf_cstr(text), *const end = p + text->len;

	while (p < end) {
		vv_auto(vv_buf) object = VV_BUF_INIT;
		const char *const line = memchr(p, '\n', (size_t)(end - p));
		const char *const type = line ? memchr(p, ' ', (size_t)(line - p)) : NULL;
		const char *const size = type ? memchr(type + 1, ' ', (size_t)(line - type) - 1)
					      : NULL;
		uint64_t len;
		bool added;
		vv_cid cid;

		if (!size || !vv_parse_u64(&len, size + 1, (size_t)(line - size) - 1) ||
		    len >= (uint64_t)(end - line) - 1) {
			return vv_fail(err, VV_EMISSING, "cannot read a Git object: %s",
				       vv_text_show(p, line ? (size_t)(line - p) : 0));
		}
		vv_buf_put(&object, type + 1, (size_t)(line - type) - 1);
		vv_buf_put(&object, "", 1);
		vv_buf_put(&object, line + 1, (size_t)len);
		if (object.len > VV_BLOCK_MAX) {
			return vv_fail(err, VV_EREFUSED,
				       "the Git object %.10s is too large for a block", p);
		}
		if (vv_buf_ok(&object, err) < 0 ||
		    vv_cid_of(&cid, VV_CODEC_RAW, object.data, object.len, err) < 0 ||
		    vv_cid_set_add(x->there, &cid, &added, err) < 0) {
			return err->code;
		}
		if (added) {
			put_section(&x->blocks, &cid, object.data, object.len);
			vv_cbor_put_link(&x->objects, &cid);
			x->object_count++;
		}
		p = line + 1 + len + 1;
	}
	return VV_OK;
}

static void put_head(vv_buf *names, const vv_oid *id)
{
	const char *hex = vv_oid_shows(id);

	vv_buf_printf(names, "%s\n%s^{tree}\n%s:head\n%s:refs\n", hex, hex, hex, hex);
}

/* The commits from the ref down to this one, then its trees and the pointer. */
static vv_status put_way(vv_buf *names, const proving *x, const vv_oid *ref, vv_error *err)
{
	const char *const path = x->p->subject->path;
	char commit[VV_OID_TEXT + 1];
	vv_status rc;

	if (strchr(path, '\n')) {
		return vv_fail(err, VV_EREFUSED, "the path has a line end: '%s'",
			       vv_text_shows(path));
	}
	vv_oid_text(commit, &x->p->subject->commit);
	vv_buf_printf(names, "%s\n", vv_oid_shows(ref));
	vv_auto(char) *range = vv_asprintf("%s..%s", commit, vv_oid_shows(ref));
	const char *const args[] = {"rev-list", "--ancestry-path", range, "--", NULL};
	const vv_git_call list = {.args = args, .repo = x->p->repo, .output = names};
	if ((rc = vv_alloc_ok(range, err)) < 0 ||
	    (rc = vv_git_must(&list, "the history", err)) < 0) {
		return rc;
	}
	vv_buf_printf(names, "%s\n%s^{tree}\n", commit, commit);
	for (size_t i = 0; path[i]; i++) {
		if (path[i] == '/') {
			vv_buf_printf(names, "%s:%.*s\n", commit, (int)i, path);
		}
	}
	vv_buf_printf(names, "%s:%s\n", commit, path);
	return VV_OK;
}

static vv_status prove_version(proving *x, vv_error *err)
{
	static const char *const args[] = {"cat-file", "--batch", NULL};
	const vv_oid *commit = &x->p->subject->commit;
	vv_head_commit *head = &x->p->head;
	vv_auto(vv_buf) names = VV_BUF_INIT, text = VV_BUF_INIT;
	vv_trust trust;
	vv_oid ref;
	vv_status rc;

	if ((rc = vv_head_of_commit(head, &ref, x->p->repo, commit, err)) < 0 ||
	    (rc = vv_trust_read(&trust, x->p->repo, err)) < 0) {
		return rc;
	}
	if (vv_oid_is_null(&ref)) {
		return vv_fail(err, VV_ENOTFOUND, "this version is not signed");
	}
	put_head(&names, &head->id);
	const vv_trusted_head *owner = vv_trust_find(&trust, trust.owner);
	x->owner = owner ? owner->commit : head->id;
	put_head(&names, &x->owner);
	if ((rc = put_way(&names, x, &ref, err)) < 0 || (rc = vv_buf_ok(&names, err)) < 0) {
		return rc;
	}
	const vv_git_call call = {.args = args,
				  .repo = x->p->repo,
				  .input = names.data,
				  .len = names.len,
				  .output = &text};
	rc = vv_git_must(&call, "the history", err);
	return rc < 0 ? rc : take_objects(x, &text, err);
}

vv_status vv_row_proof_make(vv_buf *out, vv_row_proof *p, vv_error *err)
{
	vv_auto(proving) x = {.p = p, .there = vv_cid_set_new()};
	vv_auto(vv_buf) root = VV_BUF_INIT;
	vv_cid cid;
	vv_status rc;

	if (!x.there) return vv_fail_nomem(err);
	if ((rc = prove_version(&x, err)) < 0 || (rc = prove_row(&x, err)) < 0) return rc;
	vv_cbor_put_map(&root, 9);
	vv_cbor_add_text(&root, "v", "proof");
	vv_cbor_put_key(&root, "key");
	vv_buf_put(&root, x.key.data, x.key.len);
	vv_cbor_add_text(&root, "head", vv_oid_shows(&p->head.id));
	vv_cbor_add_text(&root, "path", p->subject->path);
	vv_cbor_put_key(&root, "root");
	vv_cbor_put_link(&root, &p->subject->root);
	vv_cbor_add_text(&root, "owner", vv_oid_shows(&x.owner));
	vv_cbor_add_text(&root, "commit", vv_oid_shows(&p->subject->commit));
	vv_cbor_add_uint(&root, "format", 1);
	vv_cbor_add_array(&root, "objects", x.object_count);
	if ((rc = vv_buf_write(&root, x.objects.data, x.objects.len, err)) < 0 ||
	    (rc = vv_buf_ok(&x.key, err)) < 0 || (rc = vv_buf_ok(&x.objects, err)) < 0 ||
	    (rc = vv_buf_ok(&x.blocks, err)) < 0 ||
	    (rc = vv_cid_of(&cid, VV_CODEC_DAG_CBOR, root.data, root.len, err)) < 0) {
		return rc;
	}
	vv_cbor_put_car_header(out, &cid);
	put_section(out, &cid, root.data, root.len);
	return vv_buf_write(out, x.blocks.data, x.blocks.len, err);
}
