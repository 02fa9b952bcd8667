/*
 * figure: which answers are known: of row groups while it is open, of versions in one record of the cache of checks. Where a
 * version was not finished, its row groups are in another one.
 *
 * A record: of each version 16 bytes, a hash of its content and of the columns' names there; varint length; kind and
 * text of the answer. Likewise of row groups.
 */
#include "lib/view/figure.h"

#include <string.h>

#include "base/array.h"
#include "base/codec.h"
#include "base/hash_index.h"
#include "base/json/json.h"
#include "base/path.h"
#include "base/sys.h"
#include "check/kept/cache.h"
#include "dataset/format/form.h"
#include "dataset/format/list.h"
#include "dataset/rows/sums.h"
#include "dataset/table/walk.h"
#include "diff/rows/columns.h"
#include "lib/names/table_at.h"
#include "lib/names/version.h"

#define KIND "figure"
#define PARTS "figureparts"
#define PARTS_MAX ((size_t)16 << 20)

/* Bytes by hashes. */
typedef struct known {
	vv_hash_index index;
	struct entry {
		vv_hash128 key;
		size_t at, len;
	} * items;
	size_t count, cap;
	vv_buf bytes;
} known;

typedef struct renamed {
	char *asked, *now; /* in the version of the last call */
} renamed;

struct vv_figure {
	vv_repository *repo;
	vv_dataset_reader *reader;
	char *text;
	vv_buf rule, where;
	const char *const *by; /* NULL-ended, borrowed; NULL: one group */
	vv_check_cache *cache;
	vv_hash128 id;
	known groups, versions;
	size_t loaded; /* of versions */
	bool unfinished;
	vv_status (*go_on)(void *payload, vv_error *err); /* NULL: always */
	void *payload;
	renamed *names;
	size_t name_count, name_cap;
	const vv_schema *schema; /* of the version that is compiled against */
	bool lacks;              /* it lacks columns */
	vv_oid commit;           /* of the last call; null: none */
	char *path;
	vv_row_block *block;
	vv_condition_scratch *scratch;
	vv_buf part;
};

/* ---- cached results ---- */

static const struct entry *find_known(const known *k, vv_hash128 key)
{
	return vv_hash_find(k->items, &k->index, key.lo, e, vv_hash128_equal(e->key, key));
}

static vv_status add_known(known *k, vv_hash128 key, const void *bytes, size_t len, vv_error *err)
{
	struct entry e = {.key = key, .at = k->bytes.len, .len = len};

	vv_buf_put(&k->bytes, bytes, len);
	return !k->bytes.failed && vv_hash_add(k->items, k->count, k->cap, &k->index, key.lo, e)
		       ? VV_OK
		       : vv_fail_nomem(err);
}

static void known_clear(known *k)
{
	vv_hash_index_clear(&k->index);
	vv_buf_clear(&k->bytes);
	vv_free(k->items);
}

static vv_status load_known(vv_figure *f, known *k, const char *kind, vv_error *err)
{
	vv_auto(vv_buf) kept = VV_BUF_INIT;
	const int got = vv_check_cache_get(f->cache, kind, f->id, &kept, err);
	const uint8_t *p = (const uint8_t *)kept.data, *end = p + kept.len;
	vv_status rc = got < 0 ? (vv_status)got : VV_OK;

	while (rc == VV_OK && got > 0 && end - p > 16) {
		const vv_hash128 key = {.lo = vv_get_le64(p), .hi = vv_get_le64(p + 8)};
		uint64_t len;

		p += 16;
		if (!vv_varint_read(&p, end, &len) || len > (uint64_t)(end - p)) return VV_OK;
		rc = add_known(k, key, p, (size_t)len, err);
		p += len;
	}
	return rc;
}

static void save_known(vv_figure *f, const known *k, const char *kind)
{
	vv_auto(vv_buf) out = VV_BUF_INIT;
	uint8_t key[16];

	vv_array_each(k->items, k->count, e) {
		vv_put_le64(key, e->key.lo);
		vv_put_le64(key + 8, e->key.hi);
		vv_buf_put(&out, key, sizeof(key));
		vv_buf_put_varint(&out, e->len);
		vv_buf_put(&out, k->bytes.data + e->at, e->len);
	}
	if (!out.failed) { /* else the next one finds it out again */
		(void)vv_check_cache_put(f->cache, kind, f->id, out.data, out.len, VV_IGNORED);
	}
}

vv_status vv_figure_open(vv_figure **out, vv_repository *r, vv_dataset_reader *reader,
			 const char *figure, const vv_strings *where, const vv_strings *by,
			 vv_error *err)
{
	vv_auto(vv_figure) *f = vv_calloc(1, sizeof(*f));
	vv_auto(char) *dir = vv_path_join(vv_repository_varvedir(r), "cache", "check",
					  (char *)NULL);
	vv_auto(vv_buf) both = VV_BUF_INIT;
	vv_status rc;

	*out = NULL;
	if (!f || !dir) return vv_fail_nomem(err);
	*f = (vv_figure){.repo = r,
			 .reader = reader,
			 .text = vv_strdup(figure),
			 .by = by && by->count > 0 ? by->items : NULL,
			 .block = vv_row_block_new(),
			 .scratch = vv_condition_scratch_new()};
	vv_buf_printf(&f->rule, "%s is null", figure);
	for (size_t i = 0; where && i < where->count; i++) {
		const bool alone = where->count == 1 && *where->items[0];

		vv_buf_printf(&f->where, alone ? "%s%s" : "%s(%s)", i > 0 ? " and " : "",
			      where->items[i]);
	}
	vv_buf_printf(&both, "%s\n%s", figure, vv_buf_cstr(&f->where));
	for (size_t i = 0; f->by && f->by[i]; i++) {
		vv_buf_printf(&both, "\ngroup by %s", f->by[i]);
	}
	f->id = vv_xxh3_128(vv_buf_cstr(&both), both.len, 0);
	if (!f->text || f->rule.failed || f->where.failed || both.failed || !f->block ||
	    !f->scratch) {
		return vv_fail_nomem(err);
	}
	if ((rc = vv_check_cache_open(&f->cache, dir, err)) < 0 ||
	    (rc = load_known(f, &f->versions, KIND, err)) < 0 ||
	    (rc = load_known(f, &f->groups, PARTS, err)) < 0) {
		return rc;
	}
	f->loaded = f->versions.count;
	return vv_hand_over(out, &f);
}

void vv_figure_watch(vv_figure *f, vv_status (*go_on)(void *payload, vv_error *err), void *payload)
{
	f->go_on = go_on;
	f->payload = payload;
}

void vv_figure_value_clear(vv_figure_value *v)
{
	vv_buf_clear(&v->text);
}

void vv_figure_close(vv_figure *f)
{
	if (!f) return;
	if (f->versions.count > f->loaded) {
		save_known(f, &f->versions, KIND);
	}
	if (f->unfinished && f->groups.bytes.len < PARTS_MAX) {
		save_known(f, &f->groups, PARTS);
	}
	vv_array_each(f->names, f->name_count, name) {
		vv_free_all(name->asked, name->now);
	}
	known_clear(&f->groups);
	known_clear(&f->versions);
	vv_buf_clear_all(&f->rule, &f->where, &f->part);
	vv_check_cache_close(f->cache);
	vv_row_block_free(f->block);
	vv_condition_scratch_free(f->scratch);
	vv_free_all(f->names, f->path, f->text, f);
}

/* ---- columns ---- */

/* Finds a column by the requested name. */
static long find_column(void *payload, const char *name, size_t len)
{
	vv_figure *f = payload;
	renamed *n = NULL;

	for (size_t i = 0; i < f->name_count && !n; i++) {
		if (strlen(f->names[i].asked) == len && memcmp(f->names[i].asked, name, len) == 0) {
			n = &f->names[i];
		}
	}
	const long at = n ? vv_schema_find(f->schema, n->now, strlen(n->now))
			  : vv_schema_find(f->schema, name, len);
	if (!n && at >= 0) { /* the first version */
		const renamed one = {vv_strndup(name, len), vv_strndup(name, len)};

		(void)(one.asked && one.now &&
		       vv_array_add(f->names, f->name_count, f->name_cap, one));
	}
	f->lacks = f->lacks || (n && at < 0);
	return at;
}

static vv_status compile_rule(vv_figure *f, vv_sums_rule **out, const vv_table *t, vv_error *err)
{
	const vv_sums_text text = {.condition = vv_buf_cstr(&f->rule),
				   .where = f->where.len > 0 ? f->where.data : NULL,
				   .groups = f->by},
			   alone = {.condition = text.condition},
			   grouped = {.condition = text.condition, .groups = f->by};
	const vv_condition_how how = {.json = vv_form_is_typed(t->root.dialect.form),
				      .find = find_column,
				      .payload = f,
				      .line = true};

	f->schema = &t->schema;
	f->lacks = false;
	vv_status rc = vv_sums_rule_new(out, &text, &t->schema, &how, err);
	if (rc < 0 && rc != VV_ENOMEM) {
		vv_auto(vv_sums_rule) *right = NULL, *both = NULL;
		const char *fault = f->text;

		(void)vv_recode(err, VV_EUSAGE);
		if (vv_sums_rule_new(&right, &alone, &t->schema, &how, VV_IGNORED) == VV_OK) {
			const bool by = vv_sums_rule_new(&both, &grouped, &t->schema, &how,
							 VV_IGNORED) < 0;
			fault = by ? f->by[0] : text.where;
		}
		return vv_prefix(err, "'%s'", vv_text_shows(fault));
	}
	if (rc < 0 || vv_sums_rule_is_one(*out, f->rule.len)) return rc;
	vv_sums_rule_free(vv_take(out));
	return vv_fail(err, VV_EUSAGE,
		       "'%s' is not a single aggregate\nwrite one such as count(*), count(distinct "
		       "x), sum(x), avg(x), min(x), max(x), deviation(x) or share(CONDITION)",
		       vv_text_shows(f->text));
}

static vv_status open_table(vv_figure *f, vv_table_at *out, const vv_oid *commit, const char *path,
			    vv_error *err)
{
	const vv_subject_options o = {.stored = true, .long_rows = true};
	vv_status rc = vv_table_at_open(
		out, f->repo, f->reader,
		&(vv_version_name){.path = path, .commit = commit, .shown = path}, &o, err);

	if (rc < 0) return rc;
	return out->table.root.kind == VV_KIND_TABLE
		       ? VV_OK
		       : vv_fail(err, VV_EINPUT, "'%s' is not a table in that version",
				 vv_text_shows(path));
}

/* Finds the names, in an older version t, of the columns of the last one. */
static vv_status follow_names(vv_figure *f, vv_table *t, vv_error *err)
{
	const vv_columns_options o = {.no_renames = false};
	vv_auto(vv_table_at) newer = {.open = false};
	vv_auto(vv_sums_rule) *rule = NULL;
	vv_auto(vv_columns) c = {.count = 0};
	vv_status rc = open_table(f, &newer, &f->commit, f->path, err);

	/* Where answers were kept until now, no column was looked for. */
	if (rc == VV_OK && f->name_count == 0) {
		rc = compile_rule(f, &rule, &newer.table, err);
	}
	if (rc < 0 || (rc = vv_columns_match(&c, t, &newer.table, &o, err)) < 0) return rc;
	vv_array_each(f->names, f->name_count, it) {
		char **now = &it->now;
		const long at = vv_schema_find(&newer.table.schema, *now, strlen(*now)),
			   was = at < 0 ? -1 : vv_columns_to_old(&c, (size_t)at);
		char *name = was < 0 ? NULL : vv_strdup(t->schema.fields[was].name);

		if (name) {
			vv_free(*now);
			*now = name;
		}
	}
	return VV_OK;
}

/* ---- values ---- */

/* Counts the group, from f->part on. */
static vv_status count_group(vv_figure *f, vv_sums *part, vv_table_reader *reader, vv_batch *b,
			     const vv_table *t, const size_t *places, uint64_t i, vv_error *err)
{
	vv_row_source from = {.columns = t->columns, .places = places};
	vv_status rc = vv_table_seek_group(reader, i, err);
	int more = rc < 0 ? (int)rc : vv_table_read_rows(reader, b, err);

	if (more <= 0) {
		return more < 0 ? (vv_status)more
				: vv_fail(err, VV_ECORRUPT,
					  "the version is damaged: a row group is not at its "
					  "listed position");
	}
	from.rows = b->rows;
	from.group = b->by_row ? &b->group : NULL;
	from.cells = b->by_row ? NULL : b->cells;
	vv_sums_reset(part);
	vv_buf_reset(&f->part);
	if ((rc = vv_row_block_open(f->block, &from, t->schema.count, err)) < 0 ||
	    (rc = vv_sums_add(part, f->block, f->scratch, err)) < 0) {
		return rc;
	}
	vv_sums_put(&f->part, part);
	return vv_buf_ok(&f->part, err);
}

/* Hash of the renamed columns' current names; 0: none. */
static uint64_t names_hash(const vv_figure *f)
{
	uint64_t hash = 0;

	vv_array_each(f->names, f->name_count, n) {
		if (strcmp(n->now, n->asked) != 0) {
			hash = vv_xxh3(n->asked, strlen(n->asked), hash);
			hash = vv_xxh3(n->now, strlen(n->now), hash);
		}
	}
	return hash;
}

static vv_status count_all(vv_figure *f, const vv_sums_rule *rule, vv_table *t, vv_sums *all,
			   vv_sums *part, const size_t *places, vv_error *err)
{
	vv_auto(vv_list_walk) list = vv_list_walk_open(t, VV_LIST_DATA, err);
	vv_auto(vv_table_reader) *reader = NULL;
	vv_auto(vv_batch) b = {0};
	/* The schema determines how columns are read. */
	const uint64_t seed = vv_xxh3(t->root.schema.data, t->root.schema.len,
				      names_hash(f) + (uint64_t)t->root.dialect.form);
	size_t column_count;
	const size_t *columns = vv_sums_rule_columns(rule, &column_count);
	vv_status rc = list.rc < 0 ? list.rc
				   : vv_table_reader_open(&reader, t, columns, column_count, false,
							  err);

	while (rc == VV_OK && vv_list_walk_next(&list)) {
		const vv_hash128 key = vv_xxh3_128(list.item.bytes, list.item.len, seed);
		const struct entry *e = find_known(&f->groups, key);

		if (!e && f->go_on && (rc = f->go_on(f->payload, err)) < 0) {
			f->unfinished = true;
			return rc;
		}
		if (!e &&
		    ((rc = count_group(f, part, reader, &b, t, places, list.item.index, err)) < 0 ||
		     (rc = add_known(&f->groups, key, f->part.data, f->part.len, err)) < 0)) {
			return rc;
		}
		e = e ? e : &f->groups.items[f->groups.count - 1];
		if (vv_sums_read(all, f->groups.bytes.data + e->at, e->len) <= 0) {
			return vv_fail_nomem(err);
		}
	}
	return rc < 0 ? rc : list.rc;
}

static vv_status put_groups(vv_figure_value *out, const vv_sums *all, vv_error *err)
{
	vv_auto(vv_buf) name = VV_BUF_INIT, value = VV_BUF_INIT;
	const size_t count = vv_sums_groups(all);

	if (count > VV_FIGURE_GROUPS_MAX) {
		return vv_fail(err, VV_EUSAGE,
			       "%zu groups, more than %u\nselect some of them with --where, or "
			       "group by fewer values, such as year(day)",
			       count, VV_FIGURE_GROUPS_MAX);
	}
	vv_json_out w = vv_json_begin_object(&out->text, 0);
	for (size_t i = 0; i < count; i++) {
		vv_buf_reset(&name);
		vv_buf_reset(&value);
		vv_sums_put_group(&name, all, i);
		const vv_sums_kind kind = vv_sums_put_value(&value, all, i);

		vv_json_name(&w, vv_buf_cstr(&name));
		if (kind == VV_SUMS_NUMBER) {
			vv_json_raw(&w, value.data, value.len);
		} else if (kind == VV_SUMS_NONE) {
			vv_json_null(&w);
		} else {
			vv_json_string_len(&w, vv_buf_cstr(&value), value.len);
		}
	}
	vv_json_close_object(&w);
	out->kind = VV_FIGURE_GROUPS;
	if (name.failed || value.failed) return vv_fail_nomem(err);
	return vv_buf_ok(&out->text, err);
}

static vv_status count_table(vv_figure *f, const vv_sums_rule *rule, vv_table *t,
			     vv_figure_value *out, vv_error *err)
{
	vv_auto(vv_sums) *all = vv_sums_new(rule), *part = vv_sums_new(rule);
	vv_auto_free size_t *places = vv_calloc(t->schema.count + 1, sizeof(*places));
	vv_status rc;

	if (!all || !part || !places) return vv_fail_nomem(err);
	for (size_t i = 0; i < t->schema.count; i++) {
		places[i] = i;
	}
	if ((rc = count_all(f, rule, t, all, part, places, err)) < 0 ||
	    (rc = vv_sums_finish(all, err)) < 0) {
		return rc;
	}
	if (f->by) return put_groups(out, all, err);
	out->kind = (vv_figure_kind)vv_sums_put_value(&out->text, all, 0);
	return vv_buf_ok(&out->text, err);
}

/* The key of a stored version, with the current names of columns. */
static vv_hash128 version_key(const vv_figure *f, const vv_subject *s)
{
	vv_hash128 key = vv_xxh3_128(&s->root, sizeof(s->root), 0);

	key.lo ^= names_hash(f);
	return key;
}

static vv_status compute_figure(vv_figure *f, const vv_oid *commit, const char *path,
				vv_figure_value *out, vv_error *err)
{
	vv_auto(vv_table_at) at = {.open = false};
	vv_auto(vv_sums_rule) *rule = NULL;
	vv_error why;
	vv_status rc = open_table(f, &at, commit, path, err);

	if (rc < 0) return rc;
	rc = compile_rule(f, &rule, &at.table, &why);
	if (rc < 0 && !vv_oid_is_null(&f->commit)) {
		if ((rc = follow_names(f, &at.table, err)) < 0) return rc;
		rc = compile_rule(f, &rule, &at.table, &why);
	}
	out->kind = VV_FIGURE_NO_COLUMN;
	if (rc < 0) return f->lacks ? VV_OK : vv_error_copy(err, &why);
	return count_table(f, rule, &at.table, out, err);
}

static vv_status keep_answer(vv_figure *f, vv_hash128 key, const vv_figure_value *v, vv_error *err)
{
	vv_buf_reset(&f->part);
	vv_buf_putc(&f->part, (char)v->kind);
	vv_buf_put(&f->part, v->text.data, v->text.len);
	return f->part.failed ? vv_fail_nomem(err)
			      : add_known(&f->versions, key, f->part.data, f->part.len, err);
}

vv_status vv_figure_of(vv_figure *f, const vv_oid *commit, const char *path, vv_figure_value *out,
		       vv_error *err)
{
	vv_auto(vv_subject) s = {0};
	vv_auto(char) *place = vv_strdup(path);
	vv_status rc = vv_subject_find(&s, f->repo, f->reader,
				       &(vv_version_name){.path = path, .commit = commit}, err);

	vv_buf_reset(&out->text);
	if (rc < 0) return rc;
	/* How text is read is decided by files beside it. */
	const struct entry *e = s.is_dataset ? find_known(&f->versions, version_key(f, &s)) : NULL;
	if (e && e->len > 0) {
		out->kind = (vv_figure_kind)f->versions.bytes.data[e->at];
		vv_buf_put(&out->text, f->versions.bytes.data + e->at + 1, e->len - 1);
	} else if ((rc = compute_figure(f, commit, path, out, err)) < 0 ||
		   (s.is_dataset && (rc = keep_answer(f, version_key(f, &s), out, err)) < 0)) {
		return rc;
	}
	if (!place) return vv_fail_nomem(err);
	vv_free(f->path);
	f->path = vv_take(&place);
	f->commit = *commit;
	return vv_buf_ok(&out->text, err);
}
