/*
 * key_groups: knows when the hashes that are kept tell everything, and when making them pays.
 *
 * A run of the very version is looked up without a word of the table: a few of its pages are read. For other
 * versions the list of groups tells which groups are known; the others are read as a check
 * reads them, for their keys alone.
 */
#include "dataset/check/key_groups.h"

#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "dataset/check/compile.h"
#include "dataset/check/group_jobs.h"
#include "dataset/check/key_bytes.h"
#include "dataset/check/keys.h"

#define RUN_FROM ((size_t)1 << 16) /* entries: a record of fewer is read in no time */
#define PART 8u                    /* without leave to make: so much of the groups may be unknown */
#define COLUMNS_MAX 16u            /* of a key */
#define JSON_COLUMNS_MAX 3u        /* in JSON, where each cell is text or a literal */
_Static_assert(1u << JSON_COLUMNS_MAX <= CHECK_SOUGHT_MAX, "all spellings of a key can be sought");

typedef struct finder {
	check_run run;
	vv_check_options o;
	vv_check_result result;
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

	if (!vv_array_room(g->groups, g->count, f->cap)) {
		return vv_fail_nomem(err);
	}
	g->groups[g->count++] = group;
	return VV_OK;
}

/* ---- what is sought ---- */

static const vv_key_value *value_of(const finder *f, size_t place)
{
	for (size_t i = 0; i < f->value_count; i++) {
		if (f->values[i].column == place) {
			return &f->values[i];
		}
	}
	return NULL;
}

static bool is_given(const finder *f, const check_key *k)
{
	for (size_t i = 0; i < k->count; i++) {
		if (!value_of(f, f->run.plan.columns[k->columns[i]].place)) {
			return false;
		}
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

	for (size_t i = 0; i < k->count; i++) {
		const vv_key_value *v = value_of(f, f->run.plan.columns[k->columns[i]].place);

		if (v->len == 0 || v->len > UINT32_MAX) {
			return 0; /* many cells have no text */
		}
		cells[i] = (vv_cell){.text = v->text,
				     .len = (uint32_t)v->len,
				     .state = literal >> i & 1 ? VV_CELL_LITERAL : VV_CELL_TEXT};
		lists[i] = &cells[i];
	}
	vv_buf_reset(out);
	if (!check_key_bytes(out, scratch, &f->run.plan, k->columns, k->count, lists, 0, &whole)) {
		return vv_fail_nomem(err);
	}
	f->key_count++;
	return whole;
}

static int put_keys(finder *f, vv_error *err)
{
	const check_key *k = &f->run.plan.keys[0];
	unsigned spellings = f->run.plan.json ? 1u << k->count : 1;
	vv_buf scratch = VV_BUF_INIT;
	int is = k->count <= (f->run.plan.json ? JSON_COLUMNS_MAX : COLUMNS_MAX);

	for (unsigned i = 0; is > 0 && i < spellings; i++) {
		is = put_key(f, i, &scratch, err);
	}
	vv_buf_clear(&scratch);
	return is;
}

/* ---- looking ---- */

/* By a run of this very version. 1, 0 or <0. */
static int look_in_run(finder *f, check_key_run *run, vv_error *err)
{
	vv_hash128 list = check_key_run_list(f->run.table);
	uint8_t *hit;
	vv_status rc = VV_OK;

	if (!run->entries || run->list.lo != list.lo || run->list.hi != list.hi ||
	    !(hit = vv_calloc(run->group_count + 1, 1))) {
		return 0;
	}
	for (size_t n = 0; n < f->key_count; n++) {
		uint64_t hash = check_key_hash(&f->keys[n], run->seed), e;

		for (size_t i = check_key_run_find(run, hash); i < run->entry_count; i++) {
			e = check_key_run_entry(run, i);
			if (e >> CHECK_GROUP_BITS != hash) {
				break;
			}
			if ((e & CHECK_GROUP_MASK) < run->group_count) {
				hit[e & CHECK_GROUP_MASK] = 1;
			}
		}
	}
	for (size_t i = 0; rc == VV_OK && check_key_run_sound(run) && i < run->group_count; i++) {
		rc = hit[i] ? add_group(f, i, err) : VV_OK;
	}
	vv_free(hit);
	return rc < 0 ? (int)rc : check_key_run_sound(run);
}

static int look_at_version(finder *f, vv_error *err)
{
	char *file = vv_check_cache_file(f->o.cache, "keys", f->run.plan.keys[0].id);
	check_key_run run;
	vv_status rc = check_key_run_open(&run, file, err);
	int known = rc < 0 ? (int)rc : look_in_run(f, &run, err);

	check_key_run_close(&run);
	vv_free(file);
	return known;
}

static bool is_worth_reading(const check_run *r, bool make)
{
	size_t unknown = 0;

	for (size_t i = 0; i < r->group_count; i++) {
		unknown += check_keys_wants(r, 0, i);
	}
	return make || unknown <= r->group_count / PART;
}

static vv_status open_workers(check_run *r, vv_error *err)
{
	size_t count = 1 + (r->o->pool ? vv_pool_threads(r->o->pool) : 0);
	vv_status rc = VV_OK;

	r->workers = vv_calloc(count, sizeof(*r->workers));
	if (!r->workers) {
		return vv_fail_nomem(err);
	}
	for (; r->worker_count < count; r->worker_count++) {
		if ((rc = check_worker_init(&r->workers[r->worker_count], &r->plan, err)) < 0) {
			break;
		}
	}
	return rc;
}

/* By what is kept of the version's groups, and by those that must be read. */
static int look_at_groups(finder *f, bool make, vv_error *err)
{
	check_run *r = &f->run;
	uint8_t *hit = NULL;
	vv_status rc;
	int known = 0;

	if ((rc = check_groups_list(r, err)) < 0 || r->group_count > CHECK_GROUP_MASK ||
	    (rc = check_keys_open(r, err)) < 0 || !is_worth_reading(r, make)) {
		return (int)rc;
	}
	if (!(hit = vv_calloc(r->group_count + 1, 1))) {
		return vv_fail_nomem(err);
	}
	for (size_t i = 0; i < f->key_count; i++) {
		check_keys_seek(r, 0, &f->keys[i], hit);
	}
	for (size_t i = 0; i < r->group_count; i++) {
		r->groups[i].known = 1; /* to the rules: only keys are wanted */
	}
	if ((rc = open_workers(r, err)) < 0 || (rc = check_read_groups(r, err)) < 0 ||
	    (make && (rc = check_keys_keep(r, 0, err)) < 0)) {
		goto done;
	}
	for (size_t i = 0; rc == VV_OK && i < r->group_count; i++) {
		rc = hit[i] ? add_group(f, i, err) : VV_OK;
	}
	known = 1;
done:
	vv_free(hit);
	return rc < 0 ? (int)rc : known;
}

static void close_finder(finder *f)
{
	check_run *r = &f->run;

	check_keys_close(r);
	for (size_t i = 0; i < r->worker_count; i++) {
		check_worker_clear(&r->workers[i]);
	}
	for (size_t i = 0; i < CHECK_SOUGHT_MAX; i++) {
		vv_buf_clear(&f->keys[i]);
	}
	vv_free(r->workers);
	vv_free(r->groups);
	vv_buf_clear(&r->counts);
	vv_arena_clear(&r->arena);
	check_plan_clear(&r->plan);
	vv_check_result_clear(&f->result);
}

int vv_key_groups_find(vv_key_groups *out, vv_table *t, const vv_key_value *values, size_t count,
		       const vv_key_lookup *o, vv_error *err)
{
	finder f;
	vv_status rc;
	int known = 0;

	*out = (vv_key_groups){.groups = NULL};
	if (!o->cache || count == 0 || t->root.kind != VV_KIND_TABLE || t->root.rows == 0) {
		return 0;
	}
	memset(&f, 0, sizeof(f));
	f.o = (vv_check_options){
		.path = o->path, .cache = o->cache, .pool = o->pool, .progress = o->progress};
	f.run.table = t;
	f.run.o = &f.o;
	f.run.result = &f.result;
	f.run.run_from = o->make ? RUN_FROM : 0;
	f.values = values;
	f.value_count = count;
	f.out = out;
	vv_arena_init(&f.run.arena);
	vv_arena_init(&f.result.arena);
	if ((rc = check_plan_make(&f.run.plan, t, &f.o, err)) < 0) {
		known = (int)rc;
	} else if (choose_key(&f)) {
		if ((known = put_keys(&f, err)) > 0 && (known = look_at_version(&f, err)) == 0) {
			known = look_at_groups(&f, o->make, err);
		}
	}
	close_finder(&f);
	return known;
}
