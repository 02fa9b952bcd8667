/*
 * log_filter: finds out whether a commit added or removed a value: reads only row groups that one of the two versions has
 * alone, and counts only cells equal to the value. In text files, and in files stored as bytes, occurrences count, as in Git. A
 * renamed file is compared with its former content.
 */
#include "lib/view/log_filter.h"

#include <assert.h>
#include <regex.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/table/bytes.h"
#include "dataset/table/table.h"
#include "dataset/table/walk.h"
#include "diff/rows/changed_groups.h"
#include "lib/names/content.h"
#include "lib/names/table_at.h"
#include "repo/git/blob.h"
#include "repo/git/history/date.h"
#include "repo/git/history/mailmap.h"
#include "repo/git/merge/renames.h"
#include "repo/git/tree.h"

typedef struct patterns {
	regex_t *items;
	size_t count;
} patterns;

/* Sets *out to true if the commit meets a condition. *out is false before. */
typedef vv_status (*condition)(bool *out, const vv_log_filter *f, const vv_commit *c,
			       vv_error *err);

struct vv_log_filter {
	vv_repository *repo;
	condition conditions[8]; /* all must be met */
	size_t count;
	const vv_log_filter_options *o;
	int64_t since, until;
	patterns authors, greps;
	size_t value_len;
	vv_gaps *gaps;
};

/* --- patterns ------------------------------------------------------------------------------ */

static vv_status compile_patterns(patterns *out, const char *option, const vv_strings *texts,
				  bool ignore_case, vv_error *err)
{
	char why[128];
	int code;

	if (!(out->items = vv_calloc(texts->count + 1, sizeof(*out->items)))) {
		return vv_fail_nomem(err);
	}
	for (size_t i = 0; i < texts->count; i++) {
		regex_t *p = &out->items[i];

		if ((code = regcomp(p, texts->items[i],
				    REG_NOSUB | (ignore_case ? REG_ICASE : 0))) != 0) {
			regerror(code, p, why, sizeof(why));
			return vv_fail(err, VV_EUSAGE, "%s: '%s' is not a regular expression: %s",
				       option, vv_text_shows(texts->items[i]), why);
		}
		out->count++;
	}
	return VV_OK;
}

static bool matches_any(const patterns *p, const char *text)
{
	return vv_array_find(p->items, p->count, it, regexec(it, text, 0, NULL, 0) == 0) != NULL;
}

void vv_log_filter_close(vv_log_filter *f)
{
	if (!f) return;
	vv_array_clear(f->authors.items, f->authors.count, it, regfree(it));
	vv_array_clear(f->greps.items, f->greps.count, it, regfree(it));
	if (f->gaps) {
		vv_gaps_clear(f->gaps);
	}
	vv_free_all(f->gaps, f);
}

/* --- values -------------------------------------------------------------------------------- */

typedef struct search {
	const vv_log_filter *f;
	const vv_oid *old_commit, *new_commit; /* old_commit NULL: the first commit */
} search;

static uint64_t count_batch(const vv_batch *b, const char *value, size_t len)
{
	uint64_t n = 0;

	vv_array_each(b->cells, b->rows * b->columns, c) {
		n += c->state != VV_CELL_ABSENT && c->state != VV_CELL_NULL && c->len == len &&
		     (len == 0 || memcmp(c->text, value, len) == 0);
	}
	return n;
}

/* groups NULL: all of the table. */
static vv_status count_cells(uint64_t *out, const vv_log_filter *f, vv_table *t,
			     const vv_changed_group *groups, size_t count, vv_error *err)
{
	vv_auto(vv_group_walk) w = vv_group_walk_open(t, NULL, 0, err);

	for (size_t i = 0;
	     groups ? i < count && vv_group_walk_to(&w, groups[i].row) : vv_group_walk_next(&w);
	     i++) {
		*out += count_batch(&w.batch, f->o->value, f->value_len);
	}
	return w.rc;
}

/* One side of a path: a table, or text that was counted at once. count: the occurrences in the parts that only
 * it has. */
typedef struct side {
	vv_table table;
	vv_table_at text; /* the same of text that is compared with a table */
	vv_table *rows;   /* either; NULL: none */
	uint64_t count;
} side;

static void side_close(side *s)
{
	if (s->rows == &s->table) {
		vv_table_close(&s->table);
	}
	vv_table_at_close(&s->text);
}

/* Occurrences that do not overlap. *rest: where the next one may begin. */
static uint64_t count_text(const char *p, const char *end, const char *value, size_t len,
			   const char **rest)
{
	const char *next = p;
	uint64_t n = 0;

	while (len > 0 && (size_t)(end - next) >= len &&
	       (p = memchr(next, value[0], (size_t)(end - next) - len + 1)) != NULL) {
		bool same = memcmp(p, value, len) == 0;

		n += same;
		next = p + (same ? len : 1);
	}
	*rest = (size_t)(end - next) >= len && len > 0 ? end - (len - 1) : next;
	return n;
}

/* The bytes of a file in pieces; the value may cross their borders. */
typedef struct pieces {
	const vv_log_filter *f;
	vv_buf seen; /* the last of them, too short for the value, and the piece at hand */
	uint64_t count;
} pieces;

static vv_status count_piece(void *payload, const void *bytes, size_t len, vv_error *err)
{
	pieces *p = payload;
	const char *rest;
	vv_status rc;

	if ((rc = vv_buf_write(&p->seen, bytes, len, err)) < 0) return rc;
	const char *end = vv_buf_cstr(&p->seen) + p->seen.len;
	p->count += count_text(vv_buf_cstr(&p->seen), end, p->f->o->value, p->f->value_len, &rest);
	p->seen.len = (size_t)(end - rest);
	memmove(p->seen.data, rest, p->seen.len);
	return VV_OK;
}

/* Reads a stored version, as a table or as bytes. */
static vv_status read_stored(side *out, const vv_log_filter *f, const vv_cid *root, vv_error *err)
{
	pieces p = {.f = f};
	vv_status rc = vv_dataset_open_stored(&out->table, f->repo, root, err);

	if (rc < 0) return rc;
	if (out->table.root.kind == VV_KIND_TABLE) {
		out->rows = &out->table;
		return VV_OK;
	}
	rc = f->value_len > 0 ? vv_table_bytes(&out->table, count_piece, &p,
					       vv_dataset_reader_pool(f->o->reader), NULL, err)
			      : VV_OK;
	out->count = p.count;
	vv_buf_clear(&p.seen);
	vv_table_close(&out->table);
	return rc;
}

static vv_status read_side(side *out, const vv_log_filter *f, uint32_t mode, const vv_oid *id,
			   vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_content c;
	const char *rest;
	vv_status rc;

	if (!S_ISREG(mode)) return VV_OK;
	if ((rc = vv_content_read(&c, f->repo, mode, id, err)) < 0) return rc;
	if (c.stored) return read_stored(out, f, &c.root, err);
	if ((rc = vv_blob_read(f->repo, id, SIZE_MAX, &text, err)) < 0) return rc;
	out->count = count_text(vv_buf_cstr(&text), vv_buf_cstr(&text) + text.len, f->o->value,
				f->value_len, &rest);
	return VV_OK;
}

/* Where text became a table, or a table text, cells are counted on both sides. */
static vv_status read_as_table(side *out, const vv_log_filter *f, const vv_oid *commit,
			       const char *path, uint32_t mode, vv_error *err)
{
	if (!S_ISREG(mode) || out->rows) return VV_OK;
	vv_status rc = vv_table_at_open(&out->text, f->repo, f->o->reader,
					&(vv_version_name){.path = path, .commit = commit},
					&(vv_subject_options){.unpack = true}, err);
	if (rc == VV_OK && out->text.table.root.kind == VV_KIND_TABLE) {
		out->rows = &out->text.table;
		out->count = 0;
	}
	return vv_error_excuse(rc, out->text.none, err);
}

VV_AUTO_CLEAR(side, side_close)

static vv_status count_sides(const vv_log_filter *f, side *a, side *b, vv_error *err)
{
	vv_auto(vv_changed_groups) r = {0};
	vv_status rc = VV_OK;

	if (a->rows && b->rows) {
		if ((rc = vv_changed_groups_find(&r, a->rows, b->rows, err)) == VV_OK &&
		    (rc = count_cells(&a->count, f, a->rows, r.old_groups, r.old_count, err)) ==
			    VV_OK) {
			rc = count_cells(&b->count, f, b->rows, r.new_groups, r.new_count, err);
		}
	} else if (a->rows) {
		rc = count_cells(&a->count, f, a->rows, NULL, 0, err);
	} else if (b->rows) {
		rc = count_cells(&b->count, f, b->rows, NULL, 0, err);
	}
	return rc;
}

/* *lacking: the blob of the version that cannot be read. */
static vv_status value_differs_in_file(const search *s, const vv_changed_file *file, bool *found,
				       vv_oid *lacking, vv_error *err)
{
	const vv_log_filter *f = s->f;
	const vv_change *c = &file->change;
	const uint32_t old_mode = c->old_mode, new_mode = c->new_mode;
	vv_auto(side) a = {.rows = NULL}, b = {.rows = NULL};
	vv_status rc = VV_OK;

	if (old_mode != 0 && new_mode != 0 && vv_oid_equal(&c->old_id, &c->new_id)) {
		return VV_OK; /* renamed and no more */
	}
	if (old_mode != 0) {
		rc = read_side(&a, f, old_mode, &c->old_id, err);
	}
	const bool older = rc == VV_EMISSING;
	if (rc == VV_OK &&
	    (new_mode == 0 || (rc = read_side(&b, f, new_mode, &c->new_id, err)) == VV_OK)) {
		if (!a.rows && b.rows && old_mode != 0) {
			rc = read_as_table(&a, f, s->old_commit,
					   file->old_path ? file->old_path : c->path, old_mode,
					   err);
		} else if (a.rows && !b.rows && new_mode != 0) {
			rc = read_as_table(&b, f, s->new_commit, c->path, new_mode, err);
		}
		rc = rc < 0 ? rc : count_sides(f, &a, &b, err);
	}
	*found = a.count != b.count;
	*lacking = older ? c->old_id : c->new_id;
	if (rc == VV_EMISSING) {
		vv_prefix(err, "%s:%s", vv_oid_shows(older ? s->old_commit : s->new_commit),
			  vv_text_shows(older && file->old_path ? file->old_path : c->path));
	}
	return rc;
}

/* Merges do not pass: they only bring together what their parents had. */
static vv_status value_differs(bool *out, const vv_log_filter *f, const vv_commit *c, vv_error *err)
{
	const search s = {.f = f,
			  .old_commit = c->parent_count ? &c->parents[0] : NULL,
			  .new_commit = &c->id};
	vv_auto(vv_changed_files) files = {.count = 0};

	if (c->parent_count > 1) return VV_OK;
	vv_status rc = vv_changed_files_read(&files, f->repo, s.old_commit, s.new_commit,
					     f->o->paths, err);

	for (size_t i = 0; rc == VV_OK && !*out && i < files.count; i++) {
		vv_oid lacking;
		rc = value_differs_in_file(&s, &files.items[i], out, &lacking, err);
		if (vv_gaps_take(f->gaps, f->repo, &lacking, rc, err)) {
			*out = false; /* of the other side alone nothing follows */
			rc = vv_error_excuse(rc, true, err);
		}
	}
	return rc;
}

/* --- other conditions -------------------------------------------------------------------------------- */

static vv_status matches_author(bool *out, const vv_log_filter *f, const vv_commit *c,
				vv_error *err)
{
	vv_status rc;

	vv_auto(char) *who = vv_asprintf("%s <%s>", c->author.name, c->author.email);
	if ((rc = vv_alloc_ok(who, err)) == VV_OK) {
		*out = matches_any(&f->authors, who);
	}
	return rc;
}

/* As grep does: line by line. */
static vv_status matches_message(bool *out, const vv_log_filter *f, const vv_commit *c,
				 vv_error *err)
{
	vv_auto(vv_buf) line = VV_BUF_INIT;

	for (vv_line l = {.rest = c->message}; !*out && vv_line_next(&l);) {
		vv_buf_set(&line, l.text, l.len);
		*out = !line.failed && matches_any(&f->greps, vv_buf_cstr(&line));
	}
	return vv_buf_ok(&line, err);
}

static vv_status meets_dates(bool *out, const vv_log_filter *f, const vv_commit *c,
			     vv_error *err VV_UNUSED)
{
	*out = c->committer.time >= f->since && c->committer.time < f->until;
	return VV_OK;
}

static vv_status is_merge(bool *out, const vv_log_filter *f VV_UNUSED, const vv_commit *c,
			  vv_error *err VV_UNUSED)
{
	*out = c->parent_count > 1;
	return VV_OK;
}

static vv_status is_not_merge(bool *out, const vv_log_filter *f VV_UNUSED, const vv_commit *c,
			      vv_error *err VV_UNUSED)
{
	*out = c->parent_count < 2;
	return VV_OK;
}

/* --- opening and asking ---------------------------------------------------------------------- */

static void add_condition(vv_log_filter *f, bool given, condition meets)
{
	if (!given) return;
	assert(f->count < sizeof(f->conditions) / sizeof(f->conditions[0]));
	f->conditions[f->count++] = meets;
}

vv_status vv_log_filter_open(vv_log_filter **out, vv_repository *r,
			     const vv_log_filter_options *opts, vv_error *err)
{
	vv_auto(vv_log_filter) *f = vv_calloc(1, sizeof(*f));
	vv_date since = {.begin = INT64_MIN}, until = {.end = INT64_MAX};
	vv_status rc = VV_OK;

	*out = NULL;
	if (!f) return vv_fail_nomem(err);
	*f = (vv_log_filter){.repo = r,
			     .o = opts,
			     .value_len = opts->value ? strlen(opts->value) : 0,
			     .gaps = vv_calloc(1, sizeof(*f->gaps))};
	if (!f->gaps) return vv_fail_nomem(err);
	if ((opts->since && (rc = vv_date_span(&since, opts->since, err)) < 0) ||
	    (opts->until && (rc = vv_date_span(&until, opts->until, err)) < 0) ||
	    (rc = compile_patterns(&f->authors, "--author", &opts->authors, opts->ignore_case,
				   err)) < 0 ||
	    (rc = compile_patterns(&f->greps, "--grep", &opts->greps, opts->ignore_case, err)) <
		    0) {
		return rc;
	}
	f->since = since.begin;
	f->until = until.end;
	add_condition(f, opts->since || opts->until, meets_dates);
	add_condition(f, opts->merges, is_merge);
	add_condition(f, opts->no_merges, is_not_merge);
	add_condition(f, f->greps.count > 0, matches_message);
	add_condition(f, f->authors.count > 0, matches_author);
	add_condition(f, opts->value, value_differs); /* last: it reads tables */
	return f->count > 0 ? vv_hand_over(out, &f) : VV_OK;
}

const vv_gaps *vv_log_filter_gaps(const vv_log_filter *f)
{
	return f->gaps;
}

int vv_log_filter_passes(vv_log_filter *f, const vv_oid *id, vv_error *err)
{
	vv_auto(vv_commit) c = {0};
	bool passes = true;
	vv_status rc;

	if (!f) return 1;
	if ((rc = vv_mailmap_commit_read(f->repo, id, &c, err)) < 0) return (int)rc;
	for (size_t i = 0; i < f->count && passes; i++) {
		passes = false;
		if ((rc = f->conditions[i](&passes, f, &c, err)) < 0) return (int)rc;
	}
	return passes;
}
