/*
 * older: the hashes of versions, kept by blob, and their distances.
 */
#include "lib/check/older.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/hash.h"
#include "base/show.h"
#include "base/sys.h"
#include "dataset/table/walk.h"
#include "diff/merge/options.h"
#include "lib/check/input.h"
#include "repo/git/history/commit.h"
#include "repo/git/history/log.h"
#include "repo/git/tree.h"

#define HASHES_MAX ((uint64_t)1 << 18) /* of a version: 2 MB */

/* The hashes of a version, ascending. */
typedef struct row_set {
	vv_buf bytes;
	const uint64_t *hashes;
	size_t count;
} row_set;

static void row_set_clear(row_set *s)
{
	vv_buf_clear(&s->bytes);
}

VV_AUTO_CLEAR(row_set, row_set_clear)

/* Only hashes whose lowest bits are 0 are kept. */
static uint64_t mask_for(uint64_t rows)
{
	uint64_t mask = 0;

	while (rows / (mask + 1) > HASHES_MAX) {
		mask = mask * 2 + 1;
	}
	return mask;
}

static vv_status hash_rows(vv_buf *out, vv_table *t, uint64_t mask, const vv_progress *progress,
			   vv_error *err)
{
	vv_auto(vv_group_walk) w = vv_group_walk_open(t, NULL, 0, err);
	const vv_batch *b = &w.batch;

	vv_buf_reset(out);
	while (vv_group_walk_next(&w)) {
		for (size_t i = 0; i < b->rows; i++) {
			const uint64_t hash = vv_merge_row_hash(&b->cells[i * b->columns],
								b->columns);

			if ((hash & mask) == 0) {
				vv_buf_put(out, &hash, sizeof(hash));
			}
		}
		w.rc = vv_progress_part(progress, "checking", b->first_row + b->rows, t->root.rows,
					err);
	}
	if (w.rc < 0) return w.rc;
	if (out->len > 0) {
		qsort(out->data, out->len / sizeof(uint64_t), sizeof(uint64_t), vv_u64_order);
	}
	/* so that a table without rows is not an empty record */
	vv_buf_put(out, &(uint64_t){out->len}, sizeof(uint64_t));
	return vv_buf_ok(out, err);
}

/* One search at work. */
typedef struct looking {
	const vv_older_search *s;
	uint64_t mask;
	row_set now; /* of the checked version */
} looking;

static void looking_clear(looking *l)
{
	row_set_clear(&l->now);
}

VV_AUTO_CLEAR(looking, looking_clear)

/* The file of a path: that of the document, for a table of one. */
static const char *file_of(vv_arena *arena, const vv_older_search *s, const char *path)
{
	const bool same = strcmp(path, s->now) == 0;

	if (s->document == 0) return path;
	return vv_arena_strndup(arena, path, same ? s->document : strcspn(path, "#"));
}

static vv_status key_of(const looking *l, const vv_oid *commit, const char *path, vv_hash128 *out,
			vv_error *err)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	const char *file = file_of(&arena, l->s, path);
	vv_auto(vv_tree_entry) entry = {0};
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_status rc = file ? vv_tree_entry_at(l->s->repo, commit, file, &entry, err)
			    : vv_fail_nomem(err);

	if (rc < 0) return rc;
	vv_buf_printf(&text, "%s %llx %s", vv_oid_shows(&entry.id), (unsigned long long)l->mask,
		      path);
	*out = vv_xxh3_128(vv_buf_cstr(&text), text.len, 0);
	return vv_buf_ok(&text, err);
}

/* Opens the table at the commit. *out stays empty if it is not a table. */
static vv_status hash_version(looking *l, const vv_oid *commit, const char *path, vv_buf *out,
			      vv_error *err)
{
	const vv_older_search *s = l->s;
	vv_auto(vv_diff_side) side = {0};
	vv_auto(vv_check_input) in = {0};
	const vv_check_input_options look = {
		.repo = s->repo, .reader = s->reader, .side = &side, .progress = s->progress};
	vv_status rc = vv_diff_side_commit(&side, s->repo, commit, NULL, err);

	if (rc < 0) return rc;
	rc = vv_check_input_open(&in, path, &look, err);
	if (rc == VV_ENOTFOUND || in.broken) return VV_OK;
	if (rc < 0 || !in.open || in.table.root.kind != VV_KIND_TABLE) return rc;
	return hash_rows(out, &in.table, l->mask, s->progress, err);
}

/* Sets *out to the hashes of a version. commit NULL: only the table is known. table NULL: it is opened,
 * unless its hashes are kept; out->hashes is NULL if it is not a table. */
static vv_status read_row_set(looking *l, row_set *out, const vv_oid *commit, const char *path,
			      vv_table *table, vv_error *err)
{
	vv_check_cache *cache = commit ? l->s->cache : NULL;
	vv_hash128 key;
	int got = 0;
	vv_status rc;

	if (cache && ((rc = key_of(l, commit, path, &key, err)) < 0 ||
		      (got = vv_check_cache_get(cache, "older", key, &out->bytes, err)) < 0)) {
		return rc < 0 ? rc : (vv_status)got;
	}
	if (!got) {
		rc = table ? hash_rows(&out->bytes, table, l->mask, l->s->progress, err)
			   : hash_version(l, commit, path, &out->bytes, err);
		if (rc < 0 || out->bytes.len == 0) return rc;
		rc = cache ? vv_check_cache_put(cache, "older", key, out->bytes.data,
						out->bytes.len, err)
			   : VV_OK;
		if (rc < 0) return rc;
	}
	out->hashes = (const uint64_t *)(const void *)out->bytes.data;
	out->count = out->bytes.len / sizeof(uint64_t) - 1;
	return VV_OK;
}

/* Rows that only one of them has, where one of each is a changed row. */
static uint64_t row_set_distance(const row_set *a, const row_set *b, uint64_t mask)
{
	size_t i = 0, k = 0, shared = 0;

	while (i < a->count && k < b->count) {
		const bool same = a->hashes[i] == b->hashes[k];
		const bool below = a->hashes[i] < b->hashes[k];

		shared += same;
		i += same || below;
		k += same || !below;
	}
	return (uint64_t)((a->count > b->count ? a->count : b->count) - shared) * (mask + 1);
}

/* The next version before the one that the log was at. 1, 0 at the end, or a status. out->hashes stays NULL if it
 * has expired. */
static int next_version(looking *l, vv_log *log, row_set *out, vv_oid *commit, vv_error *err)
{
	int more;

	while ((more = vv_log_next(log, commit, err)) > 0) {
		const vv_status rc = read_row_set(l, out, commit, l->s->path, NULL, err);

		if (rc == VV_EMISSING && err->gap == VV_GAP_EXPIRED) {
			return vv_error_excuse(rc, true, err) == VV_OK;
		}
		if (rc < 0) return vv_prefix(err, "the version %.7s", vv_oid_shows(commit));
		if (out->hashes) return 1;
	}
	return more;
}

/* "1a2b3c4 of 2026-11-19" */
static vv_status name_version(const looking *l, const vv_oid *id, vv_older *out, vv_error *err)
{
	vv_auto(vv_commit) c = {.message = NULL};
	const vv_status rc = vv_commit_read(l->s->repo, id, &c, err);

	if (rc < 0) return rc;
	snprintf(out->name, sizeof(out->name), "%.7s of %.10s", vv_oid_shows(id),
		 vv_text_zoned(c.author.time, c.author.offset_min));
	return VV_OK;
}

static vv_status find_nearest(looking *l, vv_older *out, vv_log *log, vv_error *err)
{
	uint64_t best = out->base_rows;
	vv_oid commit, nearest = {{0}};

	for (size_t i = 0; i < VV_OLDER_VERSIONS && best > 0; i++) {
		vv_auto(row_set) set = {.bytes = VV_BUF_INIT};
		const int more = next_version(l, log, &set, &commit, err);

		if (more < 0) return (vv_status)more;
		if (more == 0) {
			break;
		}
		if (!set.hashes) {
			continue;
		}
		const uint64_t rows = row_set_distance(&l->now, &set, l->mask);
		if (rows < best) {
			best = rows;
			out->found = i > 0; /* the first one: a version was taken back */
			out->rows = rows;
			nearest = commit;
		}
	}
	return out->found ? name_version(l, &nearest, out, err) : VV_OK;
}

static const vv_oid *commit_of(const vv_diff_side *side)
{
	return side->kind == VV_SIDE_COMMIT ? &side->commit : NULL;
}

vv_status vv_older_find(vv_older *out, const vv_older_search *s, vv_error *err)
{
	vv_auto(looking) l = {.s = s, .mask = mask_for(s->table->root.rows)};
	vv_auto(row_set) base = {.bytes = VV_BUF_INIT};
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	const char *paths[] = {file_of(&arena, s, s->path), NULL};
	vv_range range = {.include = s->at->commit};
	const vv_log_options o = {.ranges = &range,
				  .range_count = 1,
				  .paths = paths,
				  .first_parent = true,
				  .topo = true};
	vv_auto(vv_log) *log = NULL;
	vv_oid of_base;
	int more;
	vv_status rc;

	*out = (vv_older){.found = false};
	if (s->at->kind != VV_SIDE_COMMIT) return VV_OK;
	if (!paths[0]) return vv_fail_nomem(err);
	if ((rc = read_row_set(&l, &l.now, commit_of(s->side), s->now, s->table, err)) < 0 ||
	    (rc = read_row_set(&l, &base, &s->at->commit, s->path, s->base, err)) < 0) {
		return rc;
	}
	out->base_rows = row_set_distance(&l.now, &base, l.mask);
	if (out->base_rows < 2) return VV_OK;
	if ((rc = vv_log_open(&log, s->repo, &o, err)) < 0) return rc;
	more = vv_log_next(log, &of_base, err);
	return more <= 0 ? (vv_status)more : find_nearest(&l, out, log, err);
}
