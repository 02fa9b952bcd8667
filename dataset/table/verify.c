/*
 * verify: knows the one test that covers everything a version claims: its own bytes, imported
 * with its own dialect, schema, key and cut, give its own root. So every list is cut
 * where it must be, every group and line form is the only one possible, and every raw
 * line parses to the cells that stand beside it.
 *
 * Of several versions the later ones are imported with the help of an earlier one that
 * passed, as `add` does: bytes that gave a group there (in the same place of the same
 * dialect and cut) give it here. What they give is compared as before, so a version that
 * links to anything else for these bytes does not pass.
 */
#include "dataset/table/verify.h"

#include <string.h>

#include "base/sys.h"
#include "dataset/table/bytes.h"
#include "dataset/table/import.h"

/* Which part of the root is off: for the message. */
static const char *what_differs(const vv_root *a, const vv_root *b)
{
	if (a->rows != b->rows) {
		return "the number of rows";
	}
	if (a->data.len != b->data.len || memcmp(a->data.data, b->data.data, a->data.len) != 0) {
		return "the row groups (cells that are not in the lines, or a group that is not canonical)";
	}
	if (a->layout.len != b->layout.len ||
	    (a->layout.len > 0 && memcmp(a->layout.data, b->layout.data, a->layout.len) != 0)) {
		return "the line forms";
	}
	return "schema, dialect or hash";
}

#define CHECKED_MAX 8 /* versions remembered, each with 40 bytes for a group */

/* A version that was found sound. */
typedef struct checked {
	vv_root root;
	vv_scan_cache *cache;
} checked;

struct vv_table_checks {
	uint64_t secret; /* of this run: nobody can make bytes whose hash is another's */
	checked known[CHECKED_MAX];
	size_t count, next;
};

vv_table_checks *vv_table_checks_new(void)
{
	vv_table_checks *c = vv_calloc(1, sizeof(*c));
	if (c) {
		vv_random(&c->secret, sizeof(c->secret));
	}
	return c;
}

static void forget(checked *k)
{
	vv_root_clear(&k->root);
	vv_scan_cache_free(k->cache);
	memset(k, 0, sizeof(*k));
}

void vv_table_checks_free(vv_table_checks *c)
{
	if (c) {
		for (size_t i = 0; i < c->count; i++) {
			forget(&c->known[i]);
		}
		vv_free(c);
	}
}

static bool same_schema(const vv_root *a, const vv_root *b)
{
	return a->schema.len == b->schema.len &&
	       (a->schema.len == 0 || memcmp(a->schema.data, b->schema.data, a->schema.len) == 0);
}

/* The version with this schema that was checked last. Whether its groups would be made
 * of the same bytes here too (dialect, cut) the import finds out. */
static const checked *find(const vv_table_checks *c, const vv_root *root)
{
	for (size_t i = 0; i < c->count; i++) {
		const checked *k = &c->known[(c->next + 2 * CHECKED_MAX - 1 - i) % CHECKED_MAX];
		if (k->cache && same_schema(&k->root, root)) {
			return k;
		}
	}
	return NULL;
}

/* In the place of a version with the same schema, or of the oldest. */
static void remember(vv_table_checks *c, vv_import_result *r)
{
	checked *k = (checked *)(uintptr_t)find(c, &r->root);
	if (!k) {
		k = &c->known[c->next % CHECKED_MAX];
		c->next = (c->next + 1) % CHECKED_MAX;
		c->count += c->count < CHECKED_MAX;
	}
	forget(k);
	k->root = r->root;
	k->cache = r->cache;
	r->cache = NULL;
	memset(&r->root, 0, sizeof(r->root));
	vv_root_init(&r->root);
}

static vv_status check(vv_table_checks *c, vv_table *t, vv_pool *pool, const vv_progress *progress,
		       vv_error *err)
{
	vv_table_source *bytes = NULL;
	vv_import_result again;
	const checked *before = c ? find(c, &t->root) : NULL;
	vv_sink dry = t->source;
	vv_source source = {.read = vv_table_source_read, .size = t->root.bytes, .name = "table"};
	vv_import_options opts = {.kind = t->root.kind,
				  .parent = &t->root,
				  .as = &t->root,
				  .pool = pool,
				  .progress = progress,
				  .hints = VV_SNIFF_HINTS_INIT};
	vv_status rc = vv_table_source_open(&bytes, t, err);
	if (rc < 0) {
		return rc;
	}
	dry.put = NULL;
	source.payload = bytes;
	opts.secret = c ? c->secret : 0;
	if (before) {
		opts.known = &before->root;
		opts.cache = before->cache;
	}
	rc = vv_import(&again, &source, &dry, &opts, err);
	if (rc == VV_EINPUT) {
		rc = err ? (err->code = VV_ECORRUPT) : VV_ECORRUPT;
	}
	if (rc == VV_OK) {
		if (!vv_cid_equal(&again.cid, &t->cid)) {
			rc = vv_fail(err, VV_ECORRUPT,
				     "a dataset that is not what its own bytes give: %s differ",
				     what_differs(&t->root, &again.root));
		} else if (c && again.root.kind == VV_KIND_TABLE && again.cache) {
			remember(c, &again);
		}
		vv_import_result_clear(&again);
	}
	vv_table_source_close(bytes);
	return rc;
}

vv_status vv_table_checks_next(vv_table_checks *c, vv_table *t, vv_pool *pool,
			       const vv_progress *progress, vv_error *err)
{
	return check(c, t, pool, progress, err);
}

vv_status vv_table_check(vv_table *t, vv_pool *pool, const vv_progress *progress, vv_error *err)
{
	return check(NULL, t, pool, progress, err);
}
