/*
 * verify: the one test that covers all claims of a version: its own bytes, imported with its own
 * dialect, schema, key and cut, result in its own root. So every list has the correct cuts, every group
 * and line form is the only one possible, and every raw line parses to the cells beside it.
 *
 * The bytes are made group by group, and of several versions only those of pairs (a group and its
 * line forms) that no version before had: a pair's proof is valid wherever the pair is between cuts
 * (group_proof.h). Most pairs are proved without their bytes being read again (group_proof.h); of a
 * version that is checked alone (vv_table_check) all are read. The lists, the seams between pairs,
 * rows, length and hash are made again for each version, and the root that comes out is compared. A
 * version that fails so, or an array of JSON, or one in key order, is put together as a whole and
 * imported, which also words the error; there the groups of an earlier version that passed are
 * recognized by their bytes, as `add` does.
 */
#include "dataset/table/verify.h"

#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/form.h"
#include "dataset/read/scan_cache.h"
#include "dataset/table/bytes.h"
#include "dataset/table/group_stream.h"
#include "dataset/table/import.h"
#include "dataset/table/table.h"
#include "repo/blocks/derived.h"

/* Which part of the root is off: for the message. */
static const char *what_differs(const vv_root *a, const vv_root *b)
{
	if (a->kind == VV_KIND_FILE) return "the chunks or the hash";
	if (a->rows != b->rows) return "the number of rows";
	if (a->data.len != b->data.len || memcmp(a->data.data, b->data.data, a->data.len) != 0) {
		return "the row groups (their cells differ from their lines, or their encoding is "
		       "not canonical)";
	}
	if (a->layout.len != b->layout.len ||
	    (a->layout.len > 0 && memcmp(a->layout.data, b->layout.data, a->layout.len) != 0)) {
		return "the rows that are written differently";
	}
	if (a->facts.len != b->facts.len ||
	    memcmp(a->facts.data, b->facts.data, a->facts.len) != 0) {
		return "the facts (they do not match the rows)";
	}
	if (a->places.len != b->places.len ||
	    (a->places.len > 0 && memcmp(a->places.data, b->places.data, a->places.len) != 0)) {
		return "the positions of its rows in the file";
	}
	return "schema, dialect, order or hash";
}

#define CHECKED_MAX 8 /* versions remembered, each with 40 bytes for a group */

/* A version that was found sound. */
typedef struct checked {
	vv_root root;
	vv_scan_cache *cache;
} checked;

struct vv_table_checks {
	uint64_t secret; /* new in each run, so that hash collisions cannot be constructed */
	checked known[CHECKED_MAX];
	size_t count, next;
	vv_kept *pairs;
	group_proofs *proofs;
	uint64_t proved; /* pairs, in this run */
	uint64_t kept;   /* of these those that are in the file */
	bool has_file;
};

/* In every pair's context: raised when the check becomes stricter, so that proofs of earlier
 * releases do not count. */
#define PROOF_VERSION 1u
/* Pairs remembered, of a table of up to 16 GB all: length and hash of the bytes, the first one. */
#define VALUE_LEN 17u
static const vv_kept_form form = {.mark = "VVPAIR\x01\n",
				  .key_len = VV_SHA256_LEN,
				  .value_len = VALUE_LEN,
				  .max = 300000u};

vv_table_checks *vv_table_checks_new(void)
{
	vv_auto(vv_table_checks) *c = vv_calloc(1, sizeof(*c));
	if (c) {
		vv_random(&c->secret, sizeof(c->secret));
		(void)vv_kept_open(&c->pairs, NULL, &form, 0, VV_IGNORED);
		c->proofs = group_proofs_new();
	}
	if (c && (!c->pairs || !c->proofs)) return NULL;
	return vv_take(&c);
}

vv_status vv_table_checks_load(vv_table_checks *c, const char *file, uint64_t secret, vv_error *err)
{
	vv_kept *pairs;
	vv_status rc = vv_kept_open(&pairs, file, &form, secret, err);

	if (rc < 0) return rc;
	vv_kept_close(c->pairs);
	c->pairs = pairs;
	c->has_file = true;
	return VV_OK;
}

vv_status vv_table_checks_save(vv_table_checks *c, vv_error *err)
{
	return vv_kept_save(c->pairs, err);
}

static void forget_version(checked *k)
{
	vv_root_clear(&k->root);
	vv_scan_cache_free(k->cache);
	memset(k, 0, sizeof(*k));
}

void vv_table_checks_free(vv_table_checks *c)
{
	if (c) {
		for (size_t i = 0; i < c->count; i++) {
			forget_version(&c->known[i]);
		}
		vv_kept_close(c->pairs);
		group_proofs_free(c->proofs);
		vv_free(c);
	}
}

/* The version with this schema that was checked last. Whether its groups would be made
 * of the same bytes here too (dialect, cut) the import finds out. */
static const checked *find_checked(const vv_table_checks *c, const vv_root *root)
{
	for (size_t i = 0; i < c->count; i++) {
		const checked *k = &c->known[(c->next + 2 * CHECKED_MAX - 1 - i) % CHECKED_MAX];
		if (k->cache && vv_bytes_equal(&k->root.schema, &root->schema)) return k;
	}
	return NULL;
}

/* In the place of a version with the same schema, or of the oldest. */
static void remember_version(vv_table_checks *c, vv_import_result *r)
{
	checked *k = (checked *)(uintptr_t)find_checked(c, &r->root);
	if (!k) {
		k = &c->known[c->next % CHECKED_MAX];
		c->next = (c->next + 1) % CHECKED_MAX;
		c->count += c->count < CHECKED_MAX;
	}
	forget_version(k);
	k->root = r->root;
	k->cache = r->cache;
	r->cache = NULL;
	memset(&r->root, 0, sizeof(r->root));
	vv_root_init(&r->root);
}

/* ---- by pairs ---- */

typedef struct pairs {
	vv_table_checks *checks; /* NULL: nothing is remembered */
	const vv_table *table;
	uint8_t context[VV_SHA256_LEN];
	vv_buf text;
} pairs;

static void pairs_clear(pairs *p)
{
	vv_buf_clear(&p->text);
}
VV_AUTO_CLEAR(pairs, pairs_clear)

/* Hashes all of the root that determines a pair's bytes and the import of these bytes. */
static vv_status find_context(pairs *p, vv_error *err)
{
	const vv_root *root = &p->table->root;
	const vv_schema *schema = &p->table->schema;
	vv_dialect d = root->dialect; /* borrows */

	d.final_newline = true; /* matters to the last group alone */
	vv_buf_reset(&p->text);
	vv_buf_put_varint(&p->text, PROOF_VERSION);
	vv_buf_put_varint(&p->text, VV_FORMAT);
	vv_buf_put_varint(&p->text, root->cut_rows);
	vv_buf_put_varint(&p->text, root->cut_column_count);
	for (size_t i = 0; i < root->cut_column_count; i++) {
		vv_buf_put(&p->text, root->cut_columns[i], strlen(root->cut_columns[i]) + 1);
	}
	vv_buf_put_varint(&p->text, schema->count);
	vv_array_each(schema->fields, schema->count, field) {
		vv_buf_put_varint(&p->text, field->name_len);
		vv_buf_put(&p->text, field->name, field->name_len);
	}
	vv_dialect_put(&p->text, &d);
	vv_status rc = vv_buf_ok(&p->text, err);
	return rc < 0 ? rc : vv_sha256(p->context, p->text.data, p->text.len, err);
}

static int is_known(void *payload, const group_items *items, vv_pair *pair, vv_error *err)
{
	pairs *p = payload;
	vv_status rc;

	vv_buf_set(&p->text, p->context, sizeof(p->context));
	vv_buf_putc(&p->text, !items->last ? 0 : p->table->root.dialect.final_newline ? 2 : 1);
	vv_buf_put_varint(&p->text, items->data_len);
	vv_buf_put(&p->text, items->data, items->data_len);
	vv_buf_put_varint(&p->text, items->layout_len);
	vv_buf_put(&p->text, items->layout, items->layout_len);
	vv_buf_put(&p->text, items->facts, items->facts_len);
	if ((rc = vv_buf_ok(&p->text, err)) < 0 ||
	    (rc = vv_sha256(pair->key, p->text.data, p->text.len, err)) < 0) {
		return (int)rc;
	}
	const uint8_t *found = p->checks ? vv_kept_get(p->checks->pairs, pair->key) : NULL;
	if (found) {
		pair->raw_len = vv_get_le64(found);
		pair->raw_hash = vv_get_le64(found + 8);
		pair->first = (char)found[16];
	}
	return found != NULL;
}

static vv_status remember_pairs(vv_table_checks *c, const group_stream *s, vv_error *err)
{
	size_t count;
	const vv_pair *made = group_stream_pairs(s, &count);
	uint8_t value[VALUE_LEN];
	vv_status rc;

	for (size_t i = 0; c && i < count; i++) {
		vv_put_le64(value, made[i].raw_len);
		vv_put_le64(value + 8, made[i].raw_hash);
		value[16] = (uint8_t)made[i].first;
		if ((rc = vv_kept_put(c->pairs, made[i].key, value, err)) < 0) return rc;
		c->proved++;
	}
	return VV_OK;
}

/* At most so many pairs are proved again after a killed run: less than a tenth of a second's work, or
 * an eighth of all, so that writes are in proportion. */
#define KEEP_AFTER 64u

/* That the disk does not take it costs the next run more. */
static void keep_now_and_then(vv_table_checks *c)
{
	uint64_t fresh = c->proved - c->kept, all = vv_kept_count(c->pairs);

	if (c->has_file && fresh >= KEEP_AFTER && fresh >= all / 8) {
		(void)vv_kept_save(c->pairs, VV_IGNORED);
		c->kept = c->proved;
	}
}

static bool has_pairs(const vv_table *t)
{
	return t->root.kind == VV_KIND_TABLE && !vv_form_is_document(t->root.dialect.form) &&
	       t->root.dialect.epilogue.len == 0 && !vv_root_is_sorted(&t->root) &&
	       !vv_root_is_encoded(&t->root);
}

/* *sound: its pairs make this version. If false, this is not proved yet. */
static vv_status check_pairs(vv_table_checks *c, vv_table *t, vv_pool *pool,
			     const vv_progress *progress, bool *sound, vv_error *err)
{
	vv_auto(pairs) p = {.checks = c, .table = t, .text = VV_BUF_INIT};
	vv_auto(group_stream) *groups = NULL;
	vv_auto(vv_import_result) again = {0};
	vv_sink dry = t->source;
	const vv_source source = {.size = t->root.bytes, .name = "table"};
	vv_import_options opts = {.kind = t->root.kind,
				  .parent = &t->root,
				  .as = &t->root,
				  .pool = pool,
				  .progress = progress,
				  .hints = VV_SNIFF_HINTS_INIT};
	vv_status rc;

	dry.put = NULL;
	if ((rc = find_context(&p, err)) == VV_OK &&
	    (rc = group_stream_open(&groups, t, pool, is_known, &p, VV_IGNORED)) == VV_OK &&
	    (!c || (rc = group_stream_prove(groups, c->proofs, VV_IGNORED)) == VV_OK)) {
		opts.groups = groups;
		rc = vv_import(&again, &source, &dry, &opts, VV_IGNORED);
	}
	*sound = rc == VV_OK && vv_cid_equal(&again.cid, &t->cid);
	if (*sound) {
		rc = remember_pairs(c, groups, err);
		if (c && rc == VV_OK) {
			keep_now_and_then(c);
		}
	}
	return rc == VV_ENOMEM ? vv_fail_nomem(err) : VV_OK;
}

/* ---- as a whole ---- */

static vv_status check_version(vv_table_checks *c, vv_table *t, vv_pool *pool,
			       const vv_progress *progress, vv_error *err)
{
	bool sound = false;
	vv_status done = VV_OK;
	if (has_pairs(t)) {
		done = check_pairs(c, t, pool, progress, &sound, err);
	}
	if (done < 0 || sound) return done;
	vv_auto(vv_table_source) *bytes = NULL;
	vv_auto(vv_import_result) again = {0};
	const checked *before = c ? find_checked(c, &t->root) : NULL;
	vv_sink dry = t->source;
	vv_import_options opts = {.kind = t->root.kind,
				  .is_text = true,
				  .parent = &t->root,
				  .as = &t->root,
				  .pool = pool,
				  .progress = progress,
				  .order = vv_root_is_sorted(&t->root) ? VV_ORDER_KEY
								       : VV_ORDER_KEEP,
				  .secret = c ? c->secret : 0,
				  .hints = VV_SNIFF_HINTS_INIT};
	vv_status rc = vv_table_source_open_with(&bytes, t, pool, err);
	if (rc < 0) return rc;
	dry.put = NULL;
	const vv_source source = {.read = vv_table_source_read,
				  .payload = bytes,
				  .size = t->root.bytes,
				  .name = "table"};
	if (before) {
		opts.known = &before->root;
		opts.cache = before->cache;
	}
	rc = vv_import(&again, &source, &dry, &opts, err);
	if (rc == VV_EINPUT || (rc == VV_EREFUSED && vv_root_is_sorted(&t->root))) {
		rc = vv_recode(err, VV_ECORRUPT);
	}
	if (rc == VV_OK) {
		if (!vv_cid_equal(&again.cid, &t->cid)) {
			rc = vv_fail(err, VV_ECORRUPT,
				     "the version does not match its own content in %s",
				     what_differs(&t->root, &again.root));
		} else if (c && again.root.kind == VV_KIND_TABLE && again.cache) {
			remember_version(c, &again);
		}
	}
	return rc;
}

vv_status vv_table_checks_next(vv_table_checks *c, vv_table *t, vv_pool *pool,
			       const vv_progress *progress, vv_error *err)
{
	return check_version(c, t, pool, progress, err);
}

vv_status vv_table_check(vv_table *t, vv_pool *pool, const vv_progress *progress, vv_error *err)
{
	return check_version(NULL, t, pool, progress, err);
}
