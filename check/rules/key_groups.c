/*
 * key_groups: decides when the kept hashes suffice, and when making them pays.
 *
 * A run is looked up in a few of its pieces. Comparing its list of groups with the version's, of which only
 * differing nodes are read, shows the groups that it covers; the others are looked up in the record, or read like
 * in a check, for their keys alone. If the run's list is missing here, or too much differs, all groups of the
 * version are compared by name.
 */
#include "check/rules/key_groups.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "check/rules/check.h"
#include "check/rules/compile.h"
#include "check/rules/group_jobs.h"
#include "check/rules/key_bytes.h"
#include "check/rules/keys.h"
#include "dataset/table/root.h"
#include "dataset/table/table.h"

#define PART 8u             /* without leave to make: so much of the groups may be unknown */
#define COLUMNS_MAX 16u     /* of a key */
#define JSON_COLUMNS_MAX 3u /* in JSON, where each cell is text or a literal */
_Static_assert(1u << JSON_COLUMNS_MAX <= CHECK_SOUGHT_MAX, "all spellings of a key can be sought");

typedef struct finder {
	check_run run;
	vv_check_options o;
	const vv_key_value *values;
	size_t value_count;
	vv_buf keys[CHECK_SOUGHT_MAX]; /* canonical bytes, of each spelling */
	size_t key_count;
	vv_key_groups *out;
	size_t cap;
} finder;

void vv_key_groups_clear(vv_key_groups *g)
{
	vv_free(g->groups);
	*g = (vv_key_groups){.groups = NULL};
}

static vv_status add_group(finder *f, uint64_t group, vv_error *err)
{
	vv_key_groups *g = f->out;

	return vv_array_add(g->groups, g->count, f->cap, group) ? VV_OK : vv_fail_nomem(err);
}

/* ---- wanted keys ---- */

static const vv_key_value *value_of(const finder *f, size_t place)
{
	return vv_array_find(f->values, f->value_count, it, it->column == place);
}

static bool is_given(const finder *f, const check_key *k)
{
	for (size_t i = 0; i < k->of.count; i++) {
		if (!value_of(f, f->run.plan.columns[k->of.columns[i]].place)) return false;
	}
	return k->kind != CHECK_ROW;
}

/* Leaves in the plan the one key whose columns all have values. */
static bool choose_key(finder *f)
{
	check_plan *p = &f->run.plan;

	for (size_t i = 0; i < p->key_count; i++) {
		if (is_given(f, &p->keys[i])) {
			p->keys[0] = p->keys[i];
			p->key_count = 1;
			return true;
		}
	}
	return false;
}

/* The key's bytes, where the i-th cell is a literal if bit i of `literal` is set. 1; 0: no row with such
 * cells has an entry by them; <0. */
static int put_key(finder *f, unsigned literal, vv_buf *scratch, vv_error *err)
{
	const check_key *k = &f->run.plan.keys[0];
	vv_cell cells[COLUMNS_MAX];
	const vv_cell *lists[COLUMNS_MAX];
	vv_buf *out = &f->keys[f->key_count];
	bool whole;

	for (size_t i = 0; i < k->of.count; i++) {
		const vv_key_value *v = value_of(f, f->run.plan.columns[k->of.columns[i]].place);

		if (v->len == 0 || v->len > UINT32_MAX) {
			return 0; /* many cells have no text */
		}
		cells[i] = (vv_cell){.text = v->text,
				     .len = (uint32_t)v->len,
				     .state = literal >> i & 1 ? VV_CELL_LITERAL : VV_CELL_TEXT};
		lists[i] = &cells[i];
	}
	vv_buf_reset(out);
	if (!check_key_bytes(out, scratch, &f->run.plan, &k->of, lists, 0, &whole)) {
		return vv_fail_nomem(err);
	}
	f->key_count++;
	return whole;
}

static int put_keys(finder *f, vv_error *err)
{
	const check_key *k = &f->run.plan.keys[0];
	unsigned spellings = f->run.plan.json ? 1u << k->of.count : 1;
	vv_auto(vv_buf) scratch = VV_BUF_INIT;
	int is = k->of.count <= (f->run.plan.json ? JSON_COLUMNS_MAX : COLUMNS_MAX);

	for (unsigned i = 0; is > 0 && i < spellings; i++) {
		is = put_key(f, i, &scratch, err);
	}
	return is;
}

/* ---- looking ---- */

/* Compares the groups of the run's version and this one. 1; 0: impossible here; <0. */
static int compare_lists(const finder *f, check_key_run *run, vv_list_changes *out, vv_error *err)
{
	vv_table *t = f->run.table;
	vv_auto(vv_list_reader) *a = NULL;
	vv_auto(vv_list_reader) *b = NULL;
	const uint8_t *top;
	uint64_t count, rows;
	size_t len;
	vv_status rc;

	if (!check_key_run_top(run, &top, &len)) return 0;
	if ((rc = vv_list_reader_open(&a, VV_LIST_DATA, &t->source, top, len, VV_IGNORED)) ==
		    VV_OK &&
	    (rc = vv_list_reader_open(&b, VV_LIST_DATA, &t->source, t->root.data.data,
				      t->root.data.len, VV_IGNORED)) == VV_OK) {
		vv_list_totals(a, &count, &rows);
		rc = count != run->group_count ? VV_ECORRUPT
					       : vv_list_compare(out, a, b, true, VV_IGNORED);
	}
	/* gc may have removed nodes of the other version: then all groups are looked through */
	if (rc == VV_OK) return 1;
	return rc == VV_ENOMEM ? (int)vv_fail_nomem(err) : 0;
}

/* The number here of a group of the run; UINT64_MAX: it is missing here. */
static uint64_t number_here(const vv_list_changes *c, uint64_t group)
{
	size_t low = vv_first_place(i, c->share_count,
				    c->shares[i].old_index + c->shares[i].items <= group);
	if (low == c->share_count || c->shares[low].old_index > group) return UINT64_MAX;
	return c->shares[low].new_index + (group - c->shares[low].old_index);
}

/* Searches the groups of the run that are in this version. */
static vv_status look_in_run(finder *f, check_key_run *run, const vv_list_changes *c, vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t n = 0; n < f->key_count; n++) {
		uint64_t hash = check_key_hash(&f->keys[n], run->seed), here;

		for (check_key_cursor e = check_key_run_find(run, hash); check_key_cursor_has(&e);
		     check_key_cursor_next(&e)) {
			here = number_here(c, e.entry & CHECK_GROUP_MASK);
			if (here != UINT64_MAX && (rc = add_group(f, here, err)) < 0) return rc;
		}
	}
	return rc;
}

static bool is_worth_reading(const check_run *r, bool make)
{
	size_t unknown = 0;

	for (size_t i = 0; i < r->group_count; i++) {
		unknown += check_keys_wants(r, 0, i);
	}
	return make || unknown <= r->group_count / PART;
}

static bool seek_keys(finder *f, uint8_t *hit)
{
	bool sound = true;

	vv_array_each(f->keys, f->key_count, key) {
		sound = check_keys_seek(&f->run, 0, key, hit) && sound;
	}
	return sound;
}

/* Reads the groups whose keys are not cached, and takes the groups with a hit. places: where they are in
 * the list; NULL: the run has all groups. */
static vv_status take_hits(finder *f, const uint8_t *hit, const vv_changed_group *places, bool make,
			   vv_error *err)
{
	check_run *r = &f->run;
	vv_status rc;

	vv_array_each(r->groups, r->group_count, group) {
		group->known = 1; /* to the rules: only keys are wanted */
	}
	if ((rc = check_workers_open(r, err)) < 0 || (rc = check_read_groups(r, err)) < 0 ||
	    (make && (rc = check_keys_keep(r, 0, err)) < 0)) {
		return rc;
	}
	for (size_t i = 0; i < r->group_count; i++) {
		if (hit[i] && (rc = add_group(f, places ? places[i].index : i, err)) < 0) return rc;
	}
	return VV_OK;
}

/* Searches groups outside the run. */
static vv_status look_in_others(finder *f, const check_key_run *run, const vv_list_changes *c,
				bool make, vv_error *err)
{
	check_run *r = &f->run;
	vv_auto_free uint8_t *hit = NULL;
	vv_status rc;

	r->run_seed = &run->seed;
	if ((rc = check_groups_list_some(r, c->new_items, c->new_count, err)) < 0 ||
	    (rc = check_keys_open(r, err)) < 0) {
		return rc;
	}
	if (!(hit = vv_calloc(r->group_count + 1, 1))) return vv_fail_nomem(err);
	(void)seek_keys(f, hit); /* in the record, which has been read as a whole */
	return take_hits(f, hit, c->new_items, make, err);
}

/* Are few enough groups outside the run? With more, a new run is needed. */
static bool are_few(const check_key_run *run, const vv_list_changes *c, bool make)
{
	uint64_t rows = 0;

	vv_array_each(c->new_items, c->new_count, new_item) {
		rows += new_item->rows;
	}
	return c->new_count <= run->group_count / PART &&
	       !(make && check_keys_outgrow(run->entry_count, rows));
}

/* By a run, of this version or of one that has most of its groups. 1, 0 or <0. */
static int look_by_run(finder *f, check_key_run *run, bool make, vv_error *err)
{
	vv_hash128 list = check_key_run_list(f->run.table);
	vv_list_share all = {.items = run->group_count};
	vv_list_changes c = {.shares = &all, .share_count = 1};
	bool other = run->list.lo != list.lo || run->list.hi != list.hi;
	int known = 1;
	vv_status rc = VV_OK;

	if (other) {
		c = (vv_list_changes){.shares = NULL};
		known = compare_lists(f, run, &c, err);
	}
	if (known > 0 && are_few(run, &c, make) && (rc = look_in_run(f, run, &c, err)) == VV_OK &&
	    check_key_run_sound(run)) {
		rc = c.new_count > 0 ? look_in_others(f, run, &c, make, err) : VV_OK;
		f->out->count = vv_u64_set(f->out->groups, f->out->count);
	} else if (known > 0) {
		f->out->count = 0;
		known = 0;
	}
	if (other) {
		vv_list_changes_clear(&c);
	}
	return rc < 0 ? (int)rc : known;
}

static int look_in_file(finder *f, bool make, vv_error *err)
{
	vv_auto(check_key_run) run = {.entries = NULL};
	vv_status rc = check_key_run_open(&run, f->o.cache, f->run.plan.keys[0].id, err);

	if (rc < 0) return (int)rc;
	return run.entries ? look_by_run(f, &run, make, err) : 0;
}

/* Searches the version's kept groups, and those that must be read. */
static int look_at_groups(finder *f, bool make, vv_error *err)
{
	check_run *r = &f->run;
	vv_auto_free uint8_t *hit = NULL;
	vv_status rc;

	if ((rc = check_groups_list(r, err)) < 0 || r->group_count > CHECK_GROUP_MASK ||
	    (rc = check_keys_open(r, err)) < 0 || !is_worth_reading(r, make)) {
		return (int)rc;
	}
	if (!(hit = vv_calloc(r->group_count + 1, 1))) return vv_fail_nomem(err);
	if (!seek_keys(f, hit)) {
		memset(hit, 0, r->group_count);
		if ((rc = check_keys_forget(r, 0, err)) < 0 || !is_worth_reading(r, make)) {
			return (int)rc;
		}
		(void)seek_keys(f, hit); /* hits are compared with the groups read */
	}
	rc = take_hits(f, hit, NULL, make, err);
	return rc < 0 ? (int)rc : 1;
}

int vv_key_groups_find(vv_key_groups *out, vv_table *t, const vv_key_value *values, size_t count,
		       const vv_key_lookup *o, vv_error *err)
{
	vv_status rc;
	int known = 0;

	*out = (vv_key_groups){.groups = NULL};
	if (!o->cache || count == 0 || t->root.kind != VV_KIND_TABLE || t->root.rows == 0) return 0;
	finder f = {.o = (vv_check_options){.path = o->path,
					    .cache = o->cache,
					    .temp_dir = o->temp_dir,
					    .pool = o->pool,
					    .progress = o->progress},
		    .run = {.table = t, .o = &f.o},
		    .values = values,
		    .value_count = count,
		    .out = out};
	if ((rc = check_plan_make(&f.run.plan, t, &f.o, err)) < 0) {
		known = (int)rc;
	} else if (choose_key(&f)) {
		if ((known = put_keys(&f, err)) > 0 &&
		    (known = look_in_file(&f, o->make, err)) == 0) {
			known = look_at_groups(&f, o->make, err);
		}
	}
	for (size_t i = 0; i < CHECK_SOUGHT_MAX; i++) {
		vv_buf_clear(&f.keys[i]);
	}
	check_run_close(&f.run);
	return known;
}
