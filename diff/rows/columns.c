/*
 * columns: matches columns by name, by assertions, and by their values.
 */
#include "diff/rows/columns.h"

#include <string.h>

#include "base/array.h"
#include "base/hash.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/table/walk.h"
#include "diff/rows/same_values.h"
#include "diff/rows/value.h"

#define LIKENESS_MIN 60u
#define SAMPLE_ROWS 10000u
/* Limit of compared cells; with many candidate columns, fewer rows are compared. */
#define SAMPLE_CELLS 4000000u
/* Columns whose values are compared as sets at most: the sets have some 64 KB each. */
#define SETS_MAX 256u

/* Columns that only one side has, in its order. */
typedef struct lonely {
	size_t *at;
	size_t count;
} lonely;

/* The way to find a row of one version in the other. */
typedef enum known_by {
	BY_KEY,
	/* the columns that both have; the first of equal rows is the first there, and so on */
	BY_COMMON,
	BY_PLACE
} known_by;

/* Rows of the old version by key, for the sample. Its tables are not a vv_hash_index: only the hash of
 * a row is kept, so that a slot lacks an item to compare. */
typedef struct sample {
	vv_table *a, *b;
	known_by by;
	const size_t *key_a, *key_b;
	size_t key_count;
	size_t *own_a, *own_b; /* what those point to, where it was made here */
	uint64_t *contents;    /* by common columns: hashes seen on the side that is read ... */
	uint64_t *occurrences; /* ... and how often */
	lonely old_only, new_only;
	vv_batches batches; /* of the old version, kept while the new one is read */
	uint64_t *hashes;   /* open addressing: key hash of a row; 0: free */
	const vv_cell **rows;
	size_t slots;
	size_t row_count, limit;
	size_t new_count,
		found;   /* rows of the new version that were read, and that have a partner */
	size_t repeated; /* rows of either version whose common columns an earlier row has, too */
	vv_buf scratch;
	uint64_t *equal, *seen; /* for each pair old x new */
	uint64_t seed;
} sample;

/* The how-manieth row of this content it is, from 0. */
static uint64_t row_occurrence(sample *s, uint64_t content)
{
	size_t at = (size_t)content & (s->slots - 1);
	while (s->contents[at] != 0 && s->contents[at] != content) {
		at = (at + 1) & (s->slots - 1);
	}
	s->contents[at] = content;
	s->repeated += s->occurrences[at] > 0;
	return s->occurrences[at]++;
}

static uint64_t key_of(sample *s, bool old, const vv_cell *cells, uint64_t row)
{
	if (s->by == BY_PLACE) return row + 1;
	s->scratch.len = 0;
	for (size_t i = 0; i < s->key_count; i++) {
		const vv_field *fa = &s->a->schema.fields[s->key_a[i]],
			       *fb = &s->b->schema.fields[s->key_b[i]];
		vv_value_put_canonical(&s->scratch, old ? vv_value_field(fa, fb) : fb,
				       &cells[old ? s->key_a[i] : s->key_b[i]]);
	}
	uint64_t h = s->scratch.failed ? 1
				       : vv_xxh3(vv_buf_cstr(&s->scratch), s->scratch.len, s->seed);
	if (s->by == BY_COMMON) {
		uint64_t numbered[2] = {h, row_occurrence(s, h ? h : 1)};
		h = vv_xxh3(numbered, sizeof(numbered), s->seed);
	}
	return h ? h : 1;
}

/* Reads the first rows of the old version. Batches move while the array grows, their
 * cells do not. */
static vv_status read_old(sample *s, vv_error *err)
{
	vv_auto(vv_table_reader) *r = NULL;
	vv_batch *b = NULL;
	vv_status rc = vv_table_reader_open(&r, s->a, NULL, 0, false, err);
	while (rc == VV_OK && s->row_count < s->limit) {
		if ((rc = vv_batches_add(&s->batches, &b, err)) < 0) return rc;
		const int more = vv_table_read(r, b, err);
		if (more <= 0) return (vv_status)more;
		for (size_t i = 0; i < b->rows && s->row_count < s->limit; i++) {
			const vv_cell *cells = &b->cells[i * b->columns];
			uint64_t h = key_of(s, true, cells, b->first_row + i);
			size_t at = (size_t)h & (s->slots - 1);
			while (s->hashes[at] != 0 && s->hashes[at] != h) {
				at = (at + 1) & (s->slots - 1);
			}
			if (s->hashes[at] == 0) { /* the first of a repeated key */
				s->hashes[at] = h;
				s->rows[at] = cells;
				s->row_count++;
			}
		}
	}
	return rc;
}

/* Room for the hashes of as many rows as there may be. */
static vv_status make_room(sample *s, vv_error *err)
{
	s->slots = 64;
	while (s->slots < 4 * s->limit) {
		s->slots *= 2;
	}
	s->hashes = vv_calloc(s->slots, sizeof(*s->hashes));
	s->rows = vv_calloc(s->slots, sizeof(*s->rows));
	s->contents = vv_calloc(s->slots, sizeof(*s->contents));
	s->occurrences = vv_calloc(s->slots, sizeof(*s->occurrences));
	return s->hashes && s->rows && s->contents && s->occurrences ? VV_OK : vv_fail_nomem(err);
}

static bool is_empty(const vv_cell *c)
{
	return c->len == 0;
}

static void compare_row(sample *s, const vv_cell *x, const vv_cell *y)
{
	for (size_t i = 0; i < s->old_only.count; i++) {
		const vv_cell *a = &x[s->old_only.at[i]];
		for (size_t k = 0; k < s->new_only.count; k++) {
			const vv_cell *b = &y[s->new_only.at[k]];
			if (is_empty(a) && is_empty(b)) {
				continue; /* two empty cells prove nothing */
			}
			const vv_field *fa = &s->a->schema.fields[s->old_only.at[i]],
				       *fb = &s->b->schema.fields[s->new_only.at[k]];
			s->seen[i * s->new_only.count + k]++;
			s->equal[i * s->new_only.count + k] += vv_value_compare(&s->scratch, fa, a,
										fb, b) != VV_OTHER;
		}
	}
}

static vv_status read_new(sample *s, vv_error *err)
{
	vv_auto(vv_group_walk) w = vv_group_walk_open(s->b, NULL, 0, err);
	const vv_batch *b = &w.batch;
	memset(s->contents, 0, s->slots * sizeof(*s->contents));
	memset(s->occurrences, 0, s->slots * sizeof(*s->occurrences));
	while (s->found < s->row_count && vv_group_walk_next(&w)) {
		if (s->by != BY_KEY && s->new_count == s->limit) {
			break;
		}
		for (size_t i = 0; i < b->rows && (s->by == BY_KEY || s->new_count < s->limit);
		     i++) {
			const vv_cell *cells = &b->cells[i * b->columns];
			uint64_t h = key_of(s, false, cells, b->first_row + i);
			s->new_count++;
			size_t at = (size_t)h & (s->slots - 1);
			while (s->hashes[at] != 0 && s->hashes[at] != h) {
				at = (at + 1) & (s->slots - 1);
			}
			if (s->hashes[at] == h && s->rows[at]) {
				compare_row(s, s->rows[at], cells);
				/* of a repeated key, the first with the first */
				s->rows[at] = NULL;
				s->found++;
			}
		}
	}
	return w.rc;
}

static void forget_rows(sample *s)
{
	vv_batches_clear(&s->batches);
	vv_free_all(s->hashes, s->rows, s->contents, s->occurrences);
	s->hashes = s->contents = s->occurrences = NULL;
	s->rows = NULL;
	s->row_count = s->new_count = s->found = s->repeated = 0;
}

static void sample_clear(sample *s)
{
	forget_rows(s);
	vv_buf_clear(&s->scratch);
	vv_free_all(s->equal, s->seen, s->own_a, s->own_b, s->old_only.at, s->new_only.at);
}
VV_AUTO_CLEAR(sample, sample_clear)

/* Partners while they are looked for: to_new[a], to_old[b]; -1 none. */
typedef struct partners {
	long *to_new, *to_old;
	unsigned *likeness; /* by new column; 0: same name */
	bool *asserted;
	bool failed; /* memory ran out while descriptors were compared */
	size_t old_count, new_count;
} partners;

static vv_status partners_init(partners *p, size_t old_count, size_t new_count, vv_error *err)
{
	*p = (partners){.old_count = old_count,
			.new_count = new_count,
			.to_new = vv_calloc(old_count + 1, sizeof(*p->to_new)),
			.to_old = vv_calloc(new_count + 1, sizeof(*p->to_old)),
			.likeness = vv_calloc(new_count + 1, sizeof(*p->likeness)),
			.asserted = vv_calloc(new_count + 1, sizeof(*p->asserted))};
	if (!p->to_new || !p->to_old || !p->likeness || !p->asserted) return vv_fail_nomem(err);
	for (size_t i = 0; i < old_count; i++) {
		p->to_new[i] = -1;
	}
	for (size_t i = 0; i < new_count; i++) {
		p->to_old[i] = -1;
	}
	return VV_OK;
}

static void partners_clear(partners *p)
{
	vv_free_all(p->to_new, p->to_old, p->likeness, p->asserted);
}
VV_AUTO_CLEAR(partners, partners_clear)

static void join_partners(partners *p, size_t a, size_t b, unsigned likeness)
{
	p->to_new[a] = (long)b;
	p->to_old[b] = (long)a;
	p->likeness[b] = likeness;
}

static vv_status take_asserted(partners *p, vv_table *a, vv_table *b, const char *const *rename,
			       vv_error *err)
{
	for (size_t i = 0; rename && rename[i] && rename[i + 1]; i += 2) {
		long x = vv_schema_find(&a->schema, rename[i], strlen(rename[i]));
		long y = vv_schema_find(&b->schema, rename[i + 1], strlen(rename[i + 1]));
		if (x < 0 || y < 0) {
			return vv_fail(err, VV_ENOTFOUND,
				       "--rename: no column '%s' in the %s version",
				       vv_text_shows(x < 0 ? rename[i] : rename[i + 1]),
				       x < 0 ? "old" : "new");
		}
		if (p->to_new[x] >= 0 || p->to_old[y] >= 0) {
			return vv_fail(err, VV_EUSAGE, "--rename: '%s' occurs twice",
				       vv_text_shows(rename[p->to_new[x] >= 0 ? i : i + 1]));
		}
		join_partners(p, (size_t)x, (size_t)y, 100);
		p->asserted[y] = true;
	}
	return VV_OK;
}

static void take_names(partners *p, const vv_table *a, const vv_table *b)
{
	for (size_t i = 0; i < p->new_count; i++) {
		const vv_field *f = &b->schema.fields[i];
		long at = vv_schema_find(&a->schema, f->name, f->name_len);
		if (at >= 0 && p->to_old[i] < 0 && p->to_new[at] < 0) {
			join_partners(p, (size_t)at, i, 0);
		}
	}
}

static vv_status list_lonely(lonely *out, const long *partner, size_t count, vv_error *err)
{
	out->at = vv_calloc(count + 1, sizeof(*out->at));
	if (!out->at) return vv_fail_nomem(err);
	for (size_t i = 0; i < count; i++) {
		if (partner[i] < 0) {
			out->at[out->count++] = i;
		}
	}
	return VV_OK;
}

/* The likest pair that is still free; ties go to the nearest places, then to the left. */
static bool best_pair(const sample *s, const partners *p, size_t *a, size_t *b, unsigned *likeness)
{
	bool any = false;
	size_t best_gap = 0;
	*likeness = 0;
	for (size_t i = 0; i < s->old_only.count; i++) {
		for (size_t k = 0; k < s->new_only.count; k++) {
			size_t x = s->old_only.at[i], y = s->new_only.at[k],
			       at = i * s->new_only.count + k;
			if (p->to_new[x] >= 0 || p->to_old[y] >= 0 || s->seen[at] == 0) {
				continue;
			}
			unsigned percent = (unsigned)(s->equal[at] * 100 / s->seen[at]);
			size_t gap = x > y ? x - y : y - x;
			if (percent >= LIKENESS_MIN && (!any || percent > *likeness ||
							(percent == *likeness && gap < best_gap))) {
				*a = x;
				*b = y;
				*likeness = percent;
				best_gap = gap;
				any = true;
			}
		}
	}
	return any;
}

/* The places of a key that both tables have; 0: they have none in common. */
static size_t own_key(const vv_table *a, const vv_table *b, const partners *p, size_t *key_a,
		      size_t *key_b)
{
	if (a->root.key_count != b->root.key_count || !vv_table_key_places(key_a, a) ||
	    !vv_table_key_places(key_b, b)) {
		return 0;
	}
	const size_t count = a->root.key_count;
	return vv_find_place(i, count, p->to_new[key_a[i]] != (long)key_b[i]) == count ? count : 0;
}

/* By what rows are found: see vv_columns_options. */
static vv_status choose_key(sample *s, const partners *p, const vv_columns_options *opts,
			    vv_error *err)
{
	size_t most = p->old_count + s->a->root.key_count;
	s->key_a = opts->key_a;
	s->key_b = opts->key_b;
	s->key_count = opts->key_count;
	if (s->key_count > 0) return VV_OK;
	s->key_a = s->own_a = vv_calloc(most + 1, sizeof(*s->own_a));
	s->key_b = s->own_b = vv_calloc(most + 1, sizeof(*s->own_b));
	if (!s->own_a || !s->own_b) return vv_fail_nomem(err);
	s->key_count = own_key(s->a, s->b, p, s->own_a, s->own_b);
	if (s->key_count > 0) return VV_OK;
	for (size_t i = 0; i < p->old_count; i++) {
		if (p->to_new[i] >= 0) {
			s->own_a[s->key_count] = i;
			s->own_b[s->key_count++] = (size_t)p->to_new[i];
		}
	}
	s->by = s->key_count > 0 ? BY_COMMON : BY_PLACE;
	return VV_OK;
}

static vv_status compare_rows(sample *s, vv_error *err)
{
	vv_status rc;
	if ((rc = make_room(s, err)) < 0 || (rc = read_old(s, err)) < 0 ||
	    (rc = read_new(s, err)) < 0) {
		return rc;
	}
	return vv_buf_ok(&s->scratch, err);
}

/* Room for sets of single columns, and for those of a key of several. */
typedef struct value_sets {
	vv_value_set *old, *new;
	size_t old_count, new_count;
	size_t key_place; /* in old_only: the column of the old key that is gone; SIZE_MAX: none */
} value_sets;

static vv_value_set set_of(size_t column)
{
	return (vv_value_set){.columns = {column}, .count = 1};
}

/* The old key, where it has several columns and one of them is gone: once unchanged, and with each
 * new column in the place of that one. */
static void add_key_sets(value_sets *v, const sample *s, const partners *p)
{
	const vv_root *r = &s->a->root;
	vv_value_set old = {.count = r->key_count}, new = {.count = r->key_count};
	size_t gone = SIZE_MAX, gone_count = 0;
	if (r->key_count < 2 || r->key_count > VV_KEY_COLUMNS_MAX) return;
	for (size_t i = 0; i < r->key_count; i++) {
		long at = vv_schema_find(&s->a->schema, r->key[i], strlen(r->key[i]));
		if (at < 0) return;
		old.columns[i] = (size_t)at;
		new.columns[i] = p->to_new[at] >= 0 ? (size_t)p->to_new[at] : SIZE_MAX;
		gone = p->to_new[at] < 0 ? i : gone;
		gone_count += p->to_new[at] < 0;
	}
	if (gone_count != 1) return;
	for (size_t i = 0; i < s->old_only.count; i++) {
		v->key_place = s->old_only.at[i] == old.columns[gone] ? i : v->key_place;
	}
	v->old[v->old_count++] = old;
	for (size_t k = 0; k < s->new_only.count; k++) {
		new.columns[gone] = s->new_only.at[k];
		v->new[v->new_count++] = new;
	}
}

static vv_status read_sets(value_sets *v, const sample *s, const partners *p, vv_error *err)
{
	vv_status rc;
	v->old = vv_calloc(s->old_only.count + 1, sizeof(*v->old));
	v->new = vv_calloc(2 * s->new_only.count, sizeof(*v->new));
	if (!v->old || !v->new) return vv_fail_nomem(err);
	while (v->old_count < s->old_only.count) {
		v->old[v->old_count] = set_of(s->old_only.at[v->old_count]);
		v->old_count++;
	}
	while (v->new_count < s->new_only.count) {
		v->new[v->new_count] = set_of(s->new_only.at[v->new_count]);
		v->new_count++;
	}
	add_key_sets(v, s, p);
	if ((rc = vv_value_sets_read(v->old, v->old_count, s->a, err)) < 0) return rc;
	return vv_value_sets_read(v->new, v->new_count, s->b, err);
}

/* Notes how alike the sets are as if rows had been compared. */
static void count_alike(sample *s, const value_sets *v)
{
	size_t news = s->new_only.count;
	for (size_t i = 0; i < s->old_only.count; i++) {
		for (size_t k = 0; k < news; k++) {
			unsigned like = vv_value_sets_likeness(&v->old[i], &v->new[k]);
			if (like < LIKENESS_MIN && i == v->key_place) {
				like = vv_value_sets_likeness(&v->old[s->old_only.count],
							      &v->new[news + k]);
			}
			s->seen[i * news + k] = 100;
			s->equal[i * news + k] = like;
		}
	}
}

/* The old key, where both versions have its columns now, else the first column that was found. */
static void key_by_sets(sample *s, const partners *p, size_t first_a, size_t first_b)
{
	const vv_root *r = &s->a->root;
	s->key_count = 0;
	for (size_t i = 0; i < r->key_count; i++) {
		long at = vv_schema_find(&s->a->schema, r->key[i], strlen(r->key[i]));
		if (at < 0 || p->to_new[at] < 0) {
			s->key_count = 0;
			break;
		}
		s->own_a[i] = (size_t)at;
		s->own_b[i] = (size_t)p->to_new[at];
		s->key_count++;
	}
	if (s->key_count == 0) {
		s->own_a[0] = first_a;
		s->own_b[0] = first_b;
		s->key_count = 1;
	}
	s->by = BY_KEY;
}

static void forget_counts(sample *s)
{
	size_t pairs = s->old_only.count * s->new_only.count;
	memset(s->equal, 0, pairs * sizeof(*s->equal));
	memset(s->seen, 0, pairs * sizeof(*s->seen));
}

/* Pairs columns with the same unique values, in any row order. The other columns are then compared
 * by it. *found false: none, and nothing changed. */
static vv_status take_same_values(sample *s, partners *p, bool *found, vv_error *err)
{
	sample own = *s;
	value_sets v = {.key_place = SIZE_MAX};
	size_t pairs = s->old_only.count * s->new_only.count, a, b, first_a = 0, first_b = 0;
	unsigned likeness;
	*found = false;
	if (s->old_only.count + s->new_only.count > SETS_MAX) return VV_OK;
	own.equal = vv_calloc(pairs, sizeof(*own.equal));
	own.seen = vv_calloc(pairs, sizeof(*own.seen));
	vv_status rc = own.equal && own.seen ? read_sets(&v, s, p, err) : vv_fail_nomem(err);
	if (rc == VV_OK) {
		count_alike(&own, &v);
		while (best_pair(&own, p, &a, &b, &likeness)) {
			join_partners(p, a, b, likeness);
			first_a = *found ? first_a : a;
			first_b = *found ? first_b : b;
			*found = true;
		}
	}
	if (*found) {
		key_by_sets(s, p, first_a, first_b);
	}
	vv_value_sets_clear(v.old, v.old_count);
	vv_value_sets_clear(v.new, v.new_count);
	vv_free_all(v.old, v.new, own.equal, own.seen);
	return rc;
}

/* Compares the rows; in another way if the first does not match them. */
static vv_status compare_sample(sample *s, partners *p, vv_error *err)
{
	bool few = s->by == BY_PLACE, same = false;
	vv_status rc = few ? VV_OK : compare_rows(s, err);
	size_t least = s->row_count < s->new_count ? s->row_count : s->new_count;
	few = few || 2 * s->found < least;
	if (rc < 0 || s->by == BY_KEY || (!few && 2 * s->repeated <= s->row_count + s->new_count) ||
	    (rc = take_same_values(s, p, &same, err)) < 0 || (!same && !few)) {
		return rc;
	}
	s->by = same ? BY_KEY : BY_PLACE;
	forget_rows(s);
	forget_counts(s);
	return compare_rows(s, err);
}

/* Renames found by values. */
static vv_status take_alike(partners *p, vv_table *a, vv_table *b, const vv_columns_options *opts,
			    vv_error *err)
{
	vv_auto(sample) s = {.a = a, .b = b, .limit = SAMPLE_ROWS, .seed = 0x76617276u};
	vv_status rc;
	size_t x, y;
	unsigned likeness;
	if ((rc = list_lonely(&s.old_only, p->to_new, p->old_count, err)) < 0 ||
	    (rc = list_lonely(&s.new_only, p->to_old, p->new_count, err)) < 0 ||
	    s.old_only.count == 0 || s.new_only.count == 0) {
		return rc;
	}
	size_t pairs = s.old_only.count * s.new_only.count;
	if (SAMPLE_CELLS / pairs < s.limit) {
		s.limit = SAMPLE_CELLS / pairs < 100 ? 100 : SAMPLE_CELLS / pairs;
	}
	s.equal = vv_calloc(pairs, sizeof(*s.equal));
	s.seen = vv_calloc(pairs, sizeof(*s.seen));
	if (!s.equal || !s.seen) return vv_fail_nomem(err);
	if ((rc = choose_key(&s, p, opts, err)) < 0 || (rc = compare_sample(&s, p, err)) < 0) {
		return rc;
	}
	while (best_pair(&s, p, &x, &y, &likeness)) {
		join_partners(p, x, y, likeness);
	}
	return rc;
}

/* The descriptor without name, type and format. */
static void put_rest(vv_buf *out, const vv_json *descriptor)
{
	for (const vv_json *m = descriptor ? descriptor->first : NULL; m; m = m->next) {
		if (m->name && strcmp(m->name, "name") != 0 && strcmp(m->name, "type") != 0 &&
		    strcmp(m->name, "format") != 0) {
			vv_json_put_string(out, m->name, m->name_len);
			vv_json_put_node(out, m);
		}
	}
}

static bool same_rest(const vv_field *x, const vv_field *y, bool *failed)
{
	vv_auto(vv_buf) a = VV_BUF_INIT, b = VV_BUF_INIT;
	put_rest(&a, x->json);
	put_rest(&b, y->json);
	bool same = a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
	*failed |= a.failed || b.failed;
	return same;
}

/* Marks the common columns outside a longest run that keeps its order as moved. */
static vv_status mark_moves(vv_columns *c, vv_error *err)
{
	vv_auto_free uint32_t *places = vv_calloc(c->count + 1, sizeof(*places));

	if (!places) return vv_fail_nomem(err);
	for (size_t i = 0; i < c->count; i++) {
		c->pairs[i].moved = c->pairs[i].a >= 0 && c->pairs[i].b >= 0;
		places[i] = c->pairs[i].moved ? (uint32_t)c->pairs[i].a : VV_NOT_RISING;
	}
	if (!vv_array_keep_rising(places, c->count)) return vv_fail_nomem(err);
	for (size_t i = 0; i < c->count; i++) {
		c->pairs[i].moved &= places[i] == VV_NOT_RISING;
	}
	return VV_OK;
}

static void set_pair(vv_column_pair *pair, partners *p, const vv_table *a, const vv_table *b,
		     long x, long y)
{
	*pair = (vv_column_pair){.a = x, .b = y};
	if (x < 0 || y < 0) return;
	const vv_field *fa = &a->schema.fields[x], *fb = &b->schema.fields[y];
	*pair = (vv_column_pair){.a = x,
				 .b = y,
				 .renamed = p->likeness[y] > 0,
				 .likeness = p->likeness[y],
				 .asserted = p->asserted[y],
				 .retyped = fa->type != fb->type ||
					    strcmp(fa->format, fb->format) != 0,
				 .reconstrained = !same_rest(fa, fb, &p->failed)};
}

/* The dropped columns that followed old column `after` (-1: at the beginning). */
static void put_dropped(vv_columns *out, partners *p, const vv_table *a, const vv_table *b,
			long after)
{
	for (size_t i = (size_t)(after + 1); i < p->old_count && p->to_new[i] < 0; i++) {
		set_pair(&out->pairs[out->count++], p, a, b, (long)i, -1);
	}
}

static bool key_differs(const vv_table *a, const vv_table *b, const partners *p)
{
	if (a->root.key_count != b->root.key_count) return true;
	for (size_t i = 0; i < b->root.key_count; i++) {
		long x = vv_schema_find(&a->schema, a->root.key[i], strlen(a->root.key[i]));
		long y = vv_schema_find(&b->schema, b->root.key[i], strlen(b->root.key[i]));
		if (x < 0 || y < 0 || p->to_new[x] != y) return true;
	}
	return false;
}

vv_status vv_columns_match(vv_columns *out, vv_table *a, vv_table *b,
			   const vv_columns_options *opts, vv_error *err)
{
	vv_auto(partners) p = {0};
	vv_auto(vv_columns) made = {0};
	vv_status rc;
	memset(out, 0, sizeof(*out));
	if ((rc = partners_init(&p, a->columns, b->columns, err)) < 0 ||
	    (rc = take_asserted(&p, a, b, opts->rename, err)) < 0) {
		return rc;
	}
	take_names(&p, a, b);
	if (!opts->no_renames && (rc = take_alike(&p, a, b, opts, err)) < 0) return rc;
	made.pairs = vv_calloc(a->columns + b->columns + 1, sizeof(*made.pairs));
	if (!made.pairs) return vv_fail_nomem(err);
	put_dropped(&made, &p, a, b, -1);
	for (size_t i = 0; i < b->columns; i++) {
		set_pair(&made.pairs[made.count++], &p, a, b, p.to_old[i], (long)i);
		if (p.to_old[i] >= 0) {
			put_dropped(&made, &p, a, b, p.to_old[i]);
		}
	}
	made.key_changed = key_differs(a, b, &p);
	made.missing_changed = !vv_texts_equal(VV_TEXTS(a->schema.missing),
					       VV_TEXTS(b->schema.missing));
	rc = p.failed ? vv_fail_nomem(err) : mark_moves(&made, err);
	if (rc == VV_OK) {
		*out = made;
		made = (vv_columns){0};
	}
	return rc;
}

void vv_columns_clear(vv_columns *c)
{
	vv_free(c->pairs);
	memset(c, 0, sizeof(*c));
}

long vv_columns_to_new(const vv_columns *c, size_t a)
{
	const vv_column_pair *p = vv_array_find(c->pairs, c->count, it, it->a == (long)a);

	return p ? p->b : -1;
}

long vv_columns_to_old(const vv_columns *c, size_t b)
{
	const vv_column_pair *p = vv_array_find(c->pairs, c->count, it, it->b == (long)b);

	return p ? p->a : -1;
}

bool vv_columns_same(const vv_columns *c)
{
	vv_array_each(c->pairs, c->count, p) {
		if (p->a < 0 || p->b < 0 || p->renamed || p->moved || p->retyped) return false;
	}
	return true;
}

bool vv_columns_same_places(const vv_columns *c)
{
	return !vv_array_find(c->pairs, c->count, it, it->a >= 0 && it->b >= 0 && it->a != it->b);
}
