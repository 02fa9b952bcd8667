/*
 * tables_moves: where earlier merges met two rows with one new key, and which rows have other keys since then.
 *
 * The commits prove it: both parents of a merge have the key, no common ancestor has it, and most other cells of their
 * rows differ. In the merge one of the two has the key, and the other one has another key, which neither parent has, or is
 * gone. A row is then followed through later merges, and its key in a commit is known by which parents the commit contains.
 */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/hash.h"
#include "base/hash_index.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/schema/key.h"
#include "dataset/schema/key_words.h"
#include "diff/rows/columns.h"
#include "diff/rows/row_by_number.h"
#include "diff/rows/rowdiff.h"
#include "lib/merge/tables_internal.h"
#include "lib/names/version.h"
#include "repo/git/history/history.h"
#include "repo/git/run_git.h"
#include "repo/git/tree.h"

enum {
	MERGES_MAX = 10000, /* that are compared */
	CLASHES_MAX = 2000  /* that concern the rows of one merge */
};

/* Two rows with one key that a merge met. */
typedef struct clash {
	vv_oid merge, parents[2];
	const char *key;
	const char *to[2]; /* of each parent's row in the merge; NULL: it is gone, or not known */
	bool gone[2];      /* the merge has no such row */
	size_t ids[3];     /* the parents' and the merge's numbers in search.commits */
} clash;

typedef struct search {
	const vv_dataset_merge *in;
	vv_needed **needed; /* as for vv_merge_open_older */
	const char *const *key;
	vv_merge_moves *out;
	clash *list; /* the oldest first */
	size_t count, cap;
	vv_oid sides[2], *bases; /* commits; ours, theirs */
	size_t base_count;
	bool pick;       /* the base is not an ancestor of ours */
	vv_oid *commits; /* of clashes, sides and bases, each once */
	size_t commit_count, commit_cap;
	uint8_t *contains; /* for each pair of commits: 0 not known yet, 1 no, 2 yes */
	uint8_t *held;     /* for each clash: a `holder` of the row under way */
} search;

static void search_clear(search *f)
{
	vv_free_all(f->list, f->bases, f->commits, f->contains, f->held);
}
VV_AUTO_CLEAR(search, search_clear)

/* --- versions --------------------------------------------------------------------------------- */

/* An open version, and the places of the key's columns. */
typedef struct version {
	vv_subject subject;
	vv_table table;
	vv_row_by_number rows;
	size_t key[VV_KEY_COLUMNS_MAX], key_count;
} version;

static void version_clear(version *v)
{
	vv_row_by_number_close(&v->rows);
	vv_table_close(&v->table);
	vv_subject_clear(&v->subject);
}
VV_AUTO_CLEAR(version, version_clear)

/* VV_ENOTFOUND: not a table with these columns. */
static vv_status open_version(version *v, search *f, const vv_oid *blob, vv_error *err)
{
	const vv_subject_options how = {0};
	const vv_status rc = vv_merge_open_older(&v->subject, &v->table, f->in, blob, &how,
						 f->needed, err);

	if (rc < 0) return rc;
	for (size_t i = 0; f->key[i]; i++) {
		const long at = v->table.root.kind == VV_KIND_TABLE
					? vv_schema_find(&v->table.schema, f->key[i],
							 strlen(f->key[i]))
					: -1;

		if (at < 0) return vv_fail(err, VV_ENOTFOUND, "no column '%s'", f->key[i]);
		v->key[v->key_count++] = (size_t)at;
	}
	vv_row_by_number_init(&v->rows, &v->table, VV_ROW_GROUPS_MANY, false);
	return VV_OK;
}

/* A key of a version that an older one lacks. */
typedef struct new_key {
	vv_hash128 hash;
	uint64_t row;
} new_key;

typedef struct new_keys {
	new_key *list; /* by hash */
	size_t count, cap;
} new_keys;

static void new_keys_clear(new_keys *k)
{
	vv_free(k->list);
}
VV_AUTO_CLEAR(new_keys, new_keys_clear)

static int by_hash(const void *a, const void *b)
{
	return vv_hash128_order(&((const new_key *)a)->hash, &((const new_key *)b)->hash);
}

static const new_key *find_key(const new_keys *k, const vv_hash128 *hash)
{
	const new_key wanted = {.hash = *hash};

	return k->count > 0 ? bsearch(&wanted, k->list, k->count, sizeof(wanted), by_hash) : NULL;
}

static vv_status hash_key(vv_hash128 *out, vv_buf *text, const version *v, const vv_cell *cells,
			  vv_error *err)
{
	vv_buf_reset(text);
	vv_key_json_put(text, cells, v->key, v->key_count);
	*out = vv_xxh3_128(vv_buf_cstr(text), text->len, vv_hash_seed());
	return vv_buf_ok(text, err);
}

static vv_status list_new_keys(new_keys *out, const search *f, version *was, version *is,
			       vv_error *err)
{
	const vv_columns_options names = {.no_renames = true};
	vv_auto(vv_columns) columns = {.count = 0};
	const vv_rowdiff_options opts = {
		.key = f->key,
		.columns = &columns,
		.ignore_format = true,
		.temp_dir = vv_env_temp_dir(vv_repository_env(f->in->repo))};
	vv_auto(vv_rowdiff) *d = NULL;
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_row_change c;
	vv_status rc = vv_columns_match(&columns, &was->table, &is->table, &names, err);

	rc = rc < 0 ? rc : vv_rowdiff_open(&d, &was->table, &is->table, &opts, err);
	while (vv_rowdiff_next(d, &c, &rc, err)) {
		new_key k = {.row = c.new_row};

		if (c.kind != VV_ROW_ADDED) {
			continue;
		}
		if ((rc = hash_key(&k.hash, &text, is, c.new_cells, err)) == VV_OK &&
		    !vv_array_add(out->list, out->count, out->cap, k)) {
			rc = vv_fail_nomem(err);
		}
	}
	if (out->count > 1) {
		qsort(out->list, out->count, sizeof(*out->list), by_hash);
	}
	return rc;
}

/* --- rows ------------------------------------------------------------------------------------- */

/* How many cells outside of the key have values, and how many of these are equal. */
typedef struct likeness {
	size_t all, equal;
} likeness;

static vv_status compare_rows(likeness *out, version *a, uint64_t x, version *b, uint64_t y,
			      vv_error *err)
{
	const vv_cell *left, *right;
	vv_status rc;

	*out = (likeness){0, 0};
	if ((rc = vv_row_by_number_get(&a->rows, x, &left, err)) < 0 ||
	    (rc = vv_row_by_number_get(&b->rows, y, &right, err)) < 0) {
		return rc;
	}
	for (size_t i = 0; i < a->table.columns; i++) {
		const vv_field *f = &a->table.schema.fields[i];
		const long at = vv_schema_find(&b->table.schema, f->name, f->name_len);

		if (at < 0 || vv_array_has(a->key, a->key_count, i) ||
		    (left[i].len == 0 && right[at].len == 0)) {
			continue;
		}
		out->all++;
		out->equal += left[i].len == right[at].len &&
			      (left[i].len == 0 ||
			       memcmp(left[i].text, right[at].text, left[i].len) == 0);
	}
	return VV_OK;
}

/* A merge, its parents, and their common ancestors. */
typedef struct merging {
	search *f;
	const vv_oid *merge;
	vv_oid parents[2], blobs[3]; /* of the parents, and of the merge; null: it has none */
	version versions[3];
	new_keys keys
		[3]; /* of the parents and the merge: those that the first common ancestor lacks */
	bool opened; /* the merge's version */
} merging;

static void merging_clear(merging *g)
{
	for (size_t i = 0; i < 3; i++) {
		version_clear(&g->versions[i]);
		new_keys_clear(&g->keys[i]);
	}
}
VV_AUTO_CLEAR(merging, merging_clear)

/* The key of a row; NULL: out of memory. */
static const char *copy_key(const merging *g, const version *v, const vv_cell *cells)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;

	vv_key_json_put(&text, cells, v->key, v->key_count);
	return text.failed ? NULL
			   : vv_arena_strndup(&g->f->out->arena, vv_buf_cstr(&text), text.len);
}

/* A pick counts as a merge that equals its first parent. */
static bool is_pick(const merging *g)
{
	return vv_oid_equal(g->merge, &g->parents[0]);
}

/* The key under which a merge may have a parent's row, and how many of its cells are equal there. */
typedef struct other_key {
	const new_key *key; /* borrowed; NULL: none, or not a single one */
	size_t equal, found;
} other_key;

/* Among keys that neither parent has: the row that is like it, of several the only one that is most like it. */
static vv_status find_other(other_key *out, merging *g, size_t which, uint64_t row, vv_error *err)
{
	const new_keys *keys = &g->keys[2];
	likeness l;
	vv_status rc;

	*out = (other_key){.key = NULL};
	for (size_t i = 0; i < keys->count; i++) {
		const new_key *k = &keys->list[i];

		if ((!is_pick(g) && find_key(&g->keys[0], &k->hash)) ||
		    find_key(&g->keys[1], &k->hash)) {
			continue;
		}
		rc = compare_rows(&l, &g->versions[which], row, &g->versions[2], k->row, err);
		if (rc < 0) return rc;
		/* A row that a merge adds beside both parents' rows was moved, perhaps with other
		 * references; one of a branch may as well be another row. */
		const bool like = is_pick(g) ? l.equal == l.all : l.equal * 2 > l.all;

		if (l.equal == 0 || !like || l.equal < out->equal) {
			continue;
		}
		out->found = l.equal == out->equal ? out->found + 1 : 1;
		out->equal = l.equal;
		out->key = k;
	}
	if (out->found != 1) {
		out->key = NULL;
	}
	return VV_OK;
}

static vv_status take_other(clash *c, merging *g, size_t which, const other_key *other,
			    vv_error *err)
{
	const vv_cell *cells;
	vv_status rc;

	c->gone[which] = other->found == 0;
	if (!other->key) return VV_OK;
	if ((rc = vv_row_by_number_get(&g->versions[2].rows, other->key->row, &cells, err)) < 0) {
		return rc;
	}
	c->to[which] = copy_key(g, &g->versions[2], cells);
	return c->to[which] ? VV_OK : vv_fail_nomem(err);
}

/* Where the merge has both rows. The row under the key may have changed, and look like the other
 * parent's row: a row of which more cells are equal under another key is there. */
static vv_status find_outcome(clash *c, merging *g, const vv_hash128 *hash, const uint64_t rows[2],
			      vv_error *err)
{
	const new_key *here = find_key(&g->keys[2], hash);
	likeness l[2] = {{0, 0}, {0, 0}};
	other_key others[2];
	bool moved[2];
	vv_status rc = VV_OK;

	for (size_t i = 0; i < 2; i++) {
		if ((rc = find_other(&others[i], g, i, rows[i], err)) < 0) return rc;
		if (here && (rc = compare_rows(&l[i], &g->versions[i], rows[i], &g->versions[2],
					       here->row, err)) < 0) {
			return rc;
		}
		moved[i] = !here || (others[i].key && others[i].equal > l[i].equal);
	}
	for (size_t i = 0; i < 2 && rc == VV_OK; i++) {
		const bool other_moved = moved[1 - i] && !moved[i];

		if (moved[i] || (!other_moved && l[i].equal < l[1 - i].equal)) {
			rc = take_other(c, g, i, &others[i], err);
		} else if (other_moved || l[i].equal > l[1 - i].equal) {
			c->to[i] = c->key;
		}
	}
	return rc;
}

/* Do both parents have the key since then with rows of which most cells differ? */
static vv_status judge_key(merging *g, const new_key *a, const new_key *b, vv_error *err)
{
	search *f = g->f;
	const uint64_t rows[2] = {a->row, b->row};
	clash c = {.merge = *g->merge, .parents = {g->parents[0], g->parents[1]}};
	const vv_cell *cells;
	likeness l;
	vv_status rc = compare_rows(&l, &g->versions[0], a->row, &g->versions[1], b->row, err);

	/* a merge takes rows of which half is equal as one row, and reports the other cells; a pick
	 * does not */
	const bool one = is_pick(g) ? l.equal * 2 > l.all : l.equal * 2 >= l.all;

	if (rc < 0 || one ||
	    (rc = vv_row_by_number_get(&g->versions[0].rows, a->row, &cells, err)) < 0) {
		return rc;
	}
	if (!(c.key = copy_key(g, &g->versions[0], cells))) return vv_fail_nomem(err);
	if (g->opened && (rc = find_outcome(&c, g, &a->hash, rows, err)) < 0) return rc;
	return vv_array_add(f->list, f->count, f->cap, c) ? VV_OK : vv_fail_nomem(err);
}

/* --- merges ------------------------------------------------------------------------------------ */

static vv_status find_blob(vv_oid *out, const search *f, const vv_oid *commit, vv_error *err)
{
	vv_auto(vv_tree_entry) e = {.path = NULL};
	vv_status rc = vv_tree_entry_at(f->in->repo, commit, f->in->path, &e, err);

	*out = rc == VV_OK ? e.id : (vv_oid){{0}};
	return vv_missing_ok(rc, err);
}

/* Leaves out keys that the other common ancestors have. */
static vv_status leave_out(merging *g, size_t which, const vv_oid *blob, vv_error *err)
{
	vv_auto(version) base = {.key_count = 0};
	vv_auto(new_keys) also = {.list = NULL};
	new_keys *keys = &g->keys[which];
	size_t n = 0;
	vv_status rc = open_version(&base, g->f, blob, err);

	rc = rc < 0 ? rc : list_new_keys(&also, g->f, &base, &g->versions[which], err);
	for (size_t i = 0; i < keys->count; i++) {
		if (rc == VV_OK && find_key(&also, &keys->list[i].hash)) {
			keys->list[n++] = keys->list[i];
		}
	}
	keys->count = n;
	return rc;
}

/* Opens the parents, and lists the keys that they added to the first common ancestor. */
static vv_status list_added(merging *g, const vv_oid *base, vv_error *err)
{
	vv_auto(version) was = {.key_count = 0};
	vv_status rc = open_version(&was, g->f, base, err);

	for (size_t i = 0; i < 2 && rc == VV_OK; i++) {
		if (i > 0 && g->keys[0].count == 0) return VV_OK;
		if ((rc = open_version(&g->versions[i], g->f, &g->blobs[i], err)) == VV_OK) {
			rc = list_new_keys(&g->keys[i], g->f, &was, &g->versions[i], err);
		}
	}
	if (rc < 0 || g->keys[0].count == 0 || g->keys[1].count == 0 ||
	    vv_oid_is_null(&g->blobs[2])) {
		return rc;
	}
	if ((rc = open_version(&g->versions[2], g->f, &g->blobs[2], err)) < 0) {
		return vv_error_excuse(rc, rc == VV_ENOTFOUND || rc == VV_EINPUT, err);
	}
	g->opened = true;
	return list_new_keys(&g->keys[2], g->f, &was, &g->versions[2], err);
}

static vv_status judge_added(merging *g, const vv_oid *bases, size_t count, vv_error *err)
{
	vv_oid blob;
	vv_status rc = VV_OK;

	for (size_t i = 1; i < count && g->keys[0].count > 0 && rc == VV_OK; i++) {
		if ((rc = find_blob(&blob, g->f, &bases[i], err)) == VV_OK &&
		    !vv_oid_is_null(&blob)) {
			rc = leave_out(g, 0, &blob, err);
		}
	}
	for (size_t i = 0; i < g->keys[0].count && rc == VV_OK; i++) {
		const new_key *other = find_key(&g->keys[1], &g->keys[0].list[i].hash);

		rc = other ? judge_key(g, &g->keys[0].list[i], other, err) : VV_OK;
	}
	return rc;
}

static vv_status read_merge(search *f, const vv_oid *merge, const vv_oid parents[2], vv_error *err)
{
	vv_auto(merging) g = {.f = f, .merge = merge, .parents = {parents[0], parents[1]}};
	vv_auto_free vv_oid *bases = NULL;
	size_t count = 0;
	vv_oid base;
	vv_status rc;

	if ((rc = find_blob(&g.blobs[0], f, &parents[0], err)) < 0 ||
	    (rc = find_blob(&g.blobs[1], f, &parents[1], err)) < 0) {
		return rc;
	}
	if (vv_oid_is_null(&g.blobs[0]) || vv_oid_is_null(&g.blobs[1]) ||
	    vv_oid_equal(&g.blobs[0], &g.blobs[1])) {
		return VV_OK;
	}
	if ((rc = vv_merge_bases(f->in->repo, &parents[0], &parents[1], &bases, &count, err)) < 0 ||
	    count == 0 || (rc = find_blob(&base, f, &bases[0], err)) < 0) {
		return rc;
	}
	if (vv_oid_is_null(&base) || vv_oid_equal(&base, &g.blobs[0]) ||
	    vv_oid_equal(&base, &g.blobs[1])) {
		return VV_OK;
	}
	if ((rc = find_blob(&g.blobs[2], f, merge, err)) < 0 ||
	    (rc = list_added(&g, &base, err)) < 0) {
		return rc;
	}
	return judge_added(&g, bases, count, err);
}

/* Where a version cannot be read, its merge may be one of those that are looked for. */
static vv_status read_or_skip(search *f, const vv_oid *merge, const vv_oid parents[2],
			      vv_error *err)
{
	vv_error why;
	vv_status rc = read_merge(f, merge, parents, &why);

	if (rc == VV_ENOMEM || rc == VV_ECANCELLED) return vv_error_copy(err, &why);
	/* a version that is another table, or none, has none of these rows */
	f->out->part = f->out->part || (rc < 0 && rc != VV_ENOTFOUND && rc != VV_EINPUT);
	return VV_OK;
}

/* A line of the log: a merge and its parents. */
static vv_status read_line(search *f, const char *text, size_t len, vv_error *err)
{
	enum { WORD = VV_OID_TEXT + 1 };
	vv_oid merge, parents[2];
	vv_status rc = VV_OK;

	if (len < 2 * WORD + VV_OID_TEXT || !vv_oid_parse(&merge, text, VV_OID_TEXT) ||
	    !vv_oid_parse(&parents[0], text + WORD, VV_OID_TEXT)) {
		return VV_OK;
	}
	for (size_t at = 2 * WORD; rc == VV_OK && at + VV_OID_TEXT <= len; at += WORD) {
		if (vv_oid_parse(&parents[1], text + at, VV_OID_TEXT)) {
			rc = read_or_skip(f, &merge, parents, err);
		}
	}
	return rc;
}

/* All merges whose parents have different versions of the table. */
static vv_status read_merges(search *f, vv_error *err)
{
	vv_auto(vv_buf) log = VV_BUF_INIT, said = VV_BUF_INIT;
	char tips[2][VV_OID_TEXT + 1];
	const char *args[] = {"-c",
			      "log.showSignature=false",
			      "log",
			      "--merges",
			      "--full-history",
			      "--topo-order",
			      "--no-patch",
			      "--format=%H %P",
			      "--max-count=10001",
			      tips[0],
			      tips[1],
			      "--",
			      f->in->path,
			      NULL};
	const vv_git_call call = {.args = args,
				  .repo = f->in->repo,
				  .dir = vv_repository_workdir(f->in->repo),
				  .more = vv_git_literal,
				  .output = &log};
	vv_auto_free vv_line *lines = NULL;
	size_t count = 0, cap = 0;
	int code = 0;
	vv_status rc;

	vv_oid_text(tips[0], &f->sides[0]);
	vv_oid_text(tips[1], &f->sides[1]);
	if ((rc = vv_git_run(&call, &said, &code, err)) < 0) return rc;
	for (vv_line l = {.rest = vv_buf_cstr(&log)}; vv_line_next(&l);) {
		if (!vv_array_add(lines, count, cap, l)) return vv_fail_nomem(err);
	}
	f->out->part = f->out->part || code != 0 || count > MERGES_MAX;
	while (count-- > 0 && rc == VV_OK) {
		rc = read_line(f, lines[count].text, lines[count].len, err);
	}
	return rc;
}

/* --- where a row is ----------------------------------------------------------------------------- */

/* Of a clash, the row of a parent. */
typedef struct thing {
	const clash *of;
	size_t which;
} thing;

/* Which parent of a later merge has the row under the key that both have. */
typedef enum holder { HELD_BY_NONE, HELD_BY_FIRST, HELD_BY_SECOND, HELD_UNKNOWN } holder;

/* A row's key in a commit. */
typedef struct place {
	bool there, known;
	const char *key;
} place;

/* The commit's number; SIZE_MAX: out of memory. */
static size_t number_commit(search *f, const vv_oid *id)
{
	const size_t at = vv_find_place(i, f->commit_count, vv_oid_equal(&f->commits[i], id));

	if (at < f->commit_count) return at;
	return vv_array_add(f->commits, f->commit_count, f->commit_cap, *id) ? at : SIZE_MAX;
}

/* Is the commit, or one of its ancestors, the other one? */
static bool commit_contains(const search *f, size_t commit, size_t other)
{
	uint8_t *known = &f->contains[commit * f->commit_count + other];

	if (*known == 0) {
		bool is = false;

		(void)vv_is_ancestor(f->in->repo, &f->commits[other], &f->commits[commit], &is,
				     VV_IGNORED);
		*known = is ? 2 : 1;
	}
	return *known == 2;
}

/* Did another merge of the commit's history meet rows with the same key? */
static bool met_elsewhere(const search *f, size_t commit, const clash *c)
{
	vv_array_each(f->list, f->count, it) {
		if (it != c && strcmp(it->key, c->key) == 0 &&
		    commit_contains(f, commit, it->ids[2])) {
			return true;
		}
	}
	return false;
}

/* count: of the clashes, whose holders are known. */
static place find_place(const search *f, size_t commit, const thing *t, size_t count)
{
	const clash *c = t->of;
	const bool merged = commit_contains(f, commit, c->ids[2]),
		   joined = !merged && commit_contains(f, commit, c->ids[1 - t->which]);
	place p = {.there = merged || commit_contains(f, commit, c->ids[t->which]),
		   .key = merged ? c->to[t->which] : c->key};

	if ((merged && c->gone[t->which]) || (joined && met_elsewhere(f, commit, c))) {
		p.there = false; /* or that merge's rows are these */
	}
	p.known = p.there && !joined && p.key;
	for (size_t i = 0; i < count && p.known; i++) {
		const clash *later = &f->list[i];

		if (f->held[i] == HELD_BY_NONE || strcmp(later->key, p.key) != 0 ||
		    !commit_contains(f, commit, later->ids[2])) {
			continue;
		}
		p.key = f->held[i] == HELD_UNKNOWN ? NULL : later->to[f->held[i] == HELD_BY_SECOND];
		p.known = p.key != NULL;
	}
	return p;
}

static bool is_at(const search *f, size_t i, size_t parent, const thing *t)
{
	const clash *c = &f->list[i];
	const place p = find_place(f, c->ids[parent], t, i);

	return p.known && strcmp(p.key, c->key) == 0;
}

/* Follows the row through all merges that met its key, the oldest first. */
static void find_holders(search *f, const thing *t)
{
	memset(f->held, HELD_BY_NONE, f->count);
	for (size_t i = 0; i < f->count; i++) {
		if (vv_oid_equal(&f->list[i].merge, &t->of->merge)) {
			continue;
		}
		const bool first = is_at(f, i, 0, t), second = is_at(f, i, 1, t);

		if (first && second) {
			f->held[i] = HELD_UNKNOWN;
		} else if (first || second) {
			f->held[i] = first ? HELD_BY_FIRST : HELD_BY_SECOND;
		}
	}
}

/* The key in base, of which there may be several. */
static place find_base_place(search *f, const thing *t)
{
	place all = {.there = false};

	for (size_t i = 0; i < f->base_count; i++) {
		const place p = find_place(f, number_commit(f, &f->bases[i]), t, f->count);

		if (!p.there) {
			continue;
		}
		if (!all.there) {
			all = p;
		} else if (all.known && (!p.known || strcmp(p.key, all.key) != 0)) {
			all.known = false;
		}
	}
	return all;
}

/* Numbers all commits, so that their relations can be read. */
static vv_status number_commits(search *f, vv_error *err)
{
	bool fine = true;

	vv_array_each(f->list, f->count, c) {
		c->ids[0] = number_commit(f, &c->parents[0]);
		c->ids[1] = number_commit(f, &c->parents[1]);
		c->ids[2] = number_commit(f, &c->merge);
		fine = fine && c->ids[0] != SIZE_MAX && c->ids[1] != SIZE_MAX &&
		       c->ids[2] != SIZE_MAX;
	}
	for (size_t i = 0; i < f->base_count; i++) {
		fine = fine && number_commit(f, &f->bases[i]) != SIZE_MAX;
	}
	fine = fine && number_commit(f, &f->sides[0]) != SIZE_MAX &&
	       number_commit(f, &f->sides[1]) != SIZE_MAX;
	f->contains = vv_calloc(f->commit_count + 1, f->commit_count + 1);
	f->held = vv_calloc(f->count + 1, sizeof(*f->held));
	return fine && f->contains && f->held ? VV_OK : vv_fail_nomem(err);
}

static vv_status add_move(search *f, const char *key, const char *to, bool ours, vv_error *err)
{
	vv_merge_moves *out = f->out;
	const vv_merge_move m = {.key = key, .to = to, .ours = ours};
	vv_merge_move *had = vv_array_find(out->list, out->count, it,
					   it->ours == ours && strcmp(it->key, key) == 0);

	if (had && had->to && (!to || strcmp(had->to, to) != 0)) {
		had->to = NULL;
	}
	if (had) return VV_OK;
	return vv_array_add(out->list, out->count, out->cap, m) ? VV_OK : vv_fail_nomem(err);
}

static vv_status judge_thing(search *f, const thing *t, vv_error *err)
{
	vv_status rc = VV_OK;

	find_holders(f, t);
	const place base = find_base_place(f, t);
	if (!base.there) return VV_OK;
	for (size_t i = 0; i < 2 && rc == VV_OK; i++) {
		const place p = find_place(f, number_commit(f, &f->sides[i]), t, f->count);

		if (base.known && !p.known) { /* a picked side may not have the row at all */
			rc = add_move(f, base.key, NULL, i == 0, err);
		} else if (!base.known) {
			/* it may have any of its keys */
			rc = add_move(f, t->of->key, NULL, i == 0, err);
			rc = rc < 0 || !t->of->to[t->which]
				     ? rc
				     : add_move(f, t->of->to[t->which], NULL, i == 0, err);
		} else if (strcmp(p.key, base.key) != 0) {
			rc = add_move(f, base.key, p.key, i == 0, err);
		}
	}
	return rc;
}

/* --- the whole ---------------------------------------------------------------------------------- */

static uint64_t hash_text(const char *text)
{
	return vv_xxh3(text, strlen(text), vv_hash_seed());
}

/* Keys of the rows, and of those that were moved from or to such a key. */
typedef struct connected {
	const char **list;
	size_t count, cap;
	vv_hash_index index;
} connected;

static void connected_clear(connected *c)
{
	vv_free(c->list);
	vv_hash_index_clear(&c->index);
}
VV_AUTO_CLEAR(connected, connected_clear)

static bool is_connected(const connected *c, const char *key)
{
	return key && vv_hash_find(c->list, &c->index, hash_text(key), it, strcmp(*it, key) == 0);
}

static vv_status connect_key(connected *c, const char *key, vv_error *err)
{
	if (!key || is_connected(c, key)) return VV_OK;
	return vv_hash_add(c->list, c->count, c->cap, &c->index, hash_text(key), key)
		       ? VV_OK
		       : vv_fail_nomem(err);
}

/* Keeps the clashes that may concern the rows. */
static vv_status keep_connected(search *f, const char *const *keys, size_t count, vv_error *err)
{
	vv_auto(connected) c = {.list = NULL};
	vv_auto_free bool *kept = vv_calloc(f->count + 1, sizeof(*kept));
	size_t n = 0, before;
	vv_status rc = kept ? VV_OK : vv_fail_nomem(err);

	for (size_t i = 0; i < count && rc == VV_OK; i++) {
		rc = connect_key(&c, keys[i], err);
	}
	do {
		before = n;
		for (size_t i = 0; i < f->count && rc == VV_OK; i++) {
			const clash *it = &f->list[i];

			if (kept[i] ||
			    (!is_connected(&c, it->key) && !is_connected(&c, it->to[0]) &&
			     !is_connected(&c, it->to[1]))) {
				continue;
			}
			kept[i] = true;
			n++;
			if ((rc = connect_key(&c, it->key, err)) == VV_OK &&
			    (rc = connect_key(&c, it->to[0], err)) == VV_OK) {
				rc = connect_key(&c, it->to[1], err);
			}
		}
	} while (rc == VV_OK && n > before);
	n = 0;
	for (size_t i = 0; i < f->count; i++) {
		if (rc == VV_OK && kept[i]) {
			f->list[n++] = f->list[i];
		}
	}
	f->count = n;
	return rc;
}

/* For a pick: the rows that ours and the base have added since their common ancestor, as if ours were a merge of the two. */
static vv_status read_pick(search *f, vv_error *err)
{
	const vv_oid parents[2] = {f->sides[0], f->bases[0]};

	return read_or_skip(f, &f->sides[0], parents, err);
}

static vv_status find_commits(search *f, vv_error *err)
{
	const vv_dataset_merge *in = f->in;
	vv_oid blob, found;
	size_t n = 0;
	vv_status rc;

	f->sides[0] = in->commits[VV_OURS];
	f->sides[1] = in->commits[VV_THEIRS];
	if (vv_oid_is_null(&f->sides[0])) return VV_OK;
	if (vv_oid_is_null(&f->sides[1]) || !vv_oid_is_null(&in->onto)) {
		if ((rc = vv_merge_blob_commit(&f->sides[1], in, VV_THEIRS, err)) < 0) return rc;
	}
	if (vv_oid_is_null(&f->sides[1])) return VV_OK;
	if (vv_oid_is_null(&in->commits[VV_BASE])) {
		if ((rc = vv_merge_bases(in->repo, &f->sides[0], &f->sides[1], &f->bases,
					 &f->base_count, err)) < 0) {
			return rc;
		}
		for (size_t i = 0; i < f->base_count; i++) {
			rc = find_blob(&blob, f, &f->bases[i], err);
			if (rc < 0) return rc;
			n += vv_oid_equal(&blob, &in->sides[VV_BASE].id);
		}
		/* git's merge of several bases is in no commit */
		if (n > 0 || f->base_count > 1) return VV_OK;
		if ((rc = vv_merge_blob_commit(&found, in, VV_BASE, err)) < 0) return rc;
	} else {
		found = in->commits[VV_BASE];
	}
	vv_free(f->bases);
	f->bases = vv_calloc(1, sizeof(found));
	if (!f->bases) return vv_fail_nomem(err);
	f->bases[0] = found;
	f->base_count = vv_oid_is_null(&found) ? 0 : 1;
	if (f->base_count == 0) return VV_OK;
	rc = vv_is_ancestor(in->repo, &found, &f->sides[0], &f->pick, err);
	f->pick = !f->pick;
	return rc;
}

vv_status vv_merge_moves_find(vv_merge_moves *out, const vv_dataset_merge *in,
			      const char *const *key, const char *const *keys, size_t count,
			      vv_needed **needed, vv_error *err)
{
	vv_auto(search) f = {.in = in, .needed = needed, .key = key, .out = out};
	vv_status rc = find_commits(&f, err);

	if (rc < 0 || f.base_count == 0) return rc;
	if ((rc = read_merges(&f, err)) < 0 || (f.pick && (rc = read_pick(&f, err)) < 0) ||
	    (rc = keep_connected(&f, keys, count, err)) < 0) {
		return rc;
	}
	if (f.count > CLASHES_MAX) {
		out->part = true;
		return VV_OK;
	}
	rc = number_commits(&f, err);
	for (size_t i = 0; i < f.count && rc == VV_OK; i++) {
		for (size_t k = 0; k < 2 && rc == VV_OK; k++) {
			rc = judge_thing(&f, &(thing){&f.list[i], k}, err);
		}
	}
	return rc;
}
