/*
 * blame: shows which commit last set each row, or each cell, of a table.
 */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/file.h"
#include "base/hint.h"
#include "base/json/json_list.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/hint_words.h"
#include "cmd/frame/output.h"
#include "cmd/varve/commands.h"
#include "cmd/varve/print/aligned.h"
#include "cmd/varve/print/commit.h"
#include "dataset/schema/key_words.h"
#include "dataset/table/walk.h"
#include "lib/names/table_at.h"
#include "lib/rows/where.h"
#include "lib/view/blame.h"
#include "lib/view/key_place.h"
#include "repo/git/history/history.h"
#include "repo/git/history/mailmap.h"
#include "repo/git/tree.h"

#define AUTHOR_WIDTH 20u
#define KEY_MAX 16u     /* columns of a key */
#define LINES_MAX 1000u /* laid out together */

typedef struct options {
	vv_strings key, where, columns;
	const char *row;
	bool cells, json;
} options;

static const vv_option table[] = {
	OPT_ONCE(
		0, "row", row, "KEY",
		"only the row with this key (values separated by commas; without a key: its number)"),
	OPT_LIST(0, "where", where, "CONDITION",
		 "only rows that meet CONDITION; may be repeated, all must be met"),
	OPT_FLAG(0, "cells", cells, "show a commit for each cell, not for each row"),
	OPT_NAMES(0, "columns", columns, "as --cells, only the cells of these columns"),
	OPT_NAMES(0, "key", key, "columns that identify rows (default: the table's key)"),
	OPT_FLAG(0, "json", json, "as JSON"),
};

static const vv_option_rule option_rules[] = {
	{"--row", .excludes = "--where"},
	{NULL, NULL, NULL},
};

/* One commit of the walk. */
typedef struct blamed {
	vv_oid id;
	char *short_id, *author, *summary;
	char date[11];
	bool edge; /* the walk ended there */
} blamed;

typedef struct blame_run {
	const options *o;
	vv_repository *repo;
	vv_dataset_reader *reader;
	const char *path;
	vv_blame_walk walk;
	blamed *commits; /* those of the walk */
	size_t count;
	vv_where *where;
	uint64_t *rows; /* of --row and --where */
	size_t row_count, row_cap;
	const char *const *key; /* those names of --key, NULL-ended; NULL: the table's own */
} blame_run;

static void run_clear(blame_run *r)
{
	vv_array_clear(r->commits, r->count, it,
		       vv_free_all(it->short_id, it->author, it->summary));
	vv_blame_walk_clear(&r->walk);
	vv_free(r->rows);
	vv_where_free(r->where);
}
VV_AUTO_CLEAR(blame_run, run_clear)

static vv_status add_commit(blame_run *r, const vv_oid *id, bool edge, vv_error *err)
{
	vv_auto(vv_commit) c = {0};
	size_t len;
	vv_status rc = vv_mailmap_commit_read(r->repo, id, &c, err);
	if (rc < 0) return rc;
	blamed *p = vv_realloc_array(r->commits, r->count + 1, sizeof(*p));
	if (!p) return vv_fail_nomem(err);
	r->commits = p;
	p = &p[r->count];
	*p = (blamed){.id = *id, .edge = edge};
	r->count++;
	const char *subject = vv_commit_subject(&c, &len);
	(void)snprintf(p->date, sizeof(p->date), "%.10s",
		       vv_text_zoned(c.author.time, c.author.offset_min));
	p->author = vv_strdup(c.author.name ? c.author.name : "");
	p->summary = vv_strndup(subject, len);
	vv_auto(char) *short_id = NULL;
	if (!p->author || !p->summary) return vv_fail_nomem(err);
	if ((rc = vv_rev_short(r->repo, id, &short_id, err)) < 0) return rc;
	p->short_id = vv_asprintf("%s%s", edge ? "^" : "", short_id);
	return p->short_id ? VV_OK : vv_fail_nomem(err);
}

/* The columns that identify a row: places. */
static size_t key_places(const blame_run *r, const vv_table *t, size_t *out, size_t max)
{
	size_t n = 0;
	for (size_t i = 0; n < max && (r->key ? r->key[i] != NULL : i < t->root.key_count); i++) {
		const char *name = r->key ? r->key[i] : t->root.key[i];
		long at = vv_schema_find(&t->schema, name, strlen(name));
		if (at >= 0) {
			out[n++] = (size_t)at;
		}
	}
	return n;
}

/* A listing of rows or cells under headings. */
typedef struct listing {
	const blame_run *r;
	const vv_table *t;
	vv_aligned lines;
	size_t key[KEY_MAX], key_count;
	size_t *order; /* the columns to be printed: those of the key first */
	size_t order_count;
	vv_buf scratch, out;
} listing;

static bool is_asked(const blame_run *r, const vv_field *f)
{
	return r->o->columns.count == 0 ||
	       vv_text_is_among(f->name, r->o->columns.items, r->o->columns.count);
}

static void add_to_order(listing *l, size_t column)
{
	if (is_asked(l->r, &l->t->schema.fields[column])) {
		l->order[l->order_count++] = column;
	}
}

static vv_status listing_init(listing *l, const blame_run *r, const vv_table *t, vv_error *err)
{
	static const char *const of_cells[] = {"column", "value"};
	static const char *const of_commit[] = {"commit", "author", "date"};
	*l = (listing){.r = r, .t = t};
	l->key_count = key_places(r, t, l->key, KEY_MAX);
	vv_aligned_init(&l->lines, vv_out_limit(), r->o->cells ? 2 : 0);
	if (!(l->order = vv_calloc(t->columns + 1, sizeof(*l->order)))) return vv_fail_nomem(err);
	for (size_t i = 0; i < l->key_count; i++) {
		add_to_order(l, l->key[i]);
	}
	for (size_t i = 0; i < t->columns; i++) {
		if (!vv_array_has(l->key, l->key_count, i)) {
			add_to_order(l, i);
		}
	}
	vv_array_each(of_commit, 3, name) {
		vv_aligned_column(&l->lines, *name, strlen(*name),
				  name == of_commit ? vv_color_on(VV_YELLOW) : "", false, true);
	}
	vv_array_each(of_cells, r->o->cells ? 2 : 0, name) {
		vv_aligned_column(&l->lines, *name, strlen(*name), "", false, false);
	}
	if (!r->o->cells && l->key_count == 0) {
		vv_aligned_column(&l->lines, "row", 3, "", true, true);
	}
	vv_array_each(l->order, r->o->cells ? 0 : l->order_count, at) {
		const vv_field *f = &t->schema.fields[*at];
		bool number = f->type == VV_TYPE_INTEGER || f->type == VV_TYPE_NUMBER;
		vv_aligned_column(&l->lines, f->name, f->name_len, "", number, false);
	}
	return VV_OK;
}

static void listing_clear(listing *l)
{
	vv_aligned_clear(&l->lines);
	vv_free(l->order);
	vv_buf_clear_all(&l->scratch, &l->out);
}

static vv_status listing_flush(listing *l, vv_error *err)
{
	vv_status rc = l->scratch.failed ? vv_fail_nomem(err)
					 : vv_aligned_put(&l->lines, &l->out, err);
	if (rc == VV_OK) {
		vv_out_bytes(vv_buf_cstr(&l->out), l->out.len);
		vv_buf_reset(&l->out);
	}
	return rc;
}

static void put_text(listing *l, const char *s, size_t len, size_t width)
{
	l->scratch.len = 0; /* not reset: that memory ran out must not be forgotten */
	vv_buf_puts(&l->scratch, "");
	if (width > 0) {
		vv_text_put_cut(&l->scratch, s ? s : "", len, width);
	} else {
		vv_text_put_escaped(&l->scratch, s ? s : "", len);
	}
	vv_aligned_cell(&l->lines, l->scratch.len > 0 ? vv_buf_cstr(&l->scratch) : "");
}

static void put_commit(listing *l, const blamed *c)
{
	vv_aligned_cell(&l->lines, c->short_id);
	put_text(l, c->author, strlen(c->author), AUTHOR_WIDTH);
	vv_aligned_cell(&l->lines, c->date);
}

/* "id: 17, day: 2024-01-05", or "row 3". */
static void put_title(listing *l, const vv_cell *cells, uint64_t row)
{
	vv_buf *b = &l->scratch;
	b->len = 0;
	if (l->key_count == 0) {
		vv_buf_printf(b, "row %llu", (unsigned long long)row + 1);
	}
	vv_array_each(l->key, l->key_count, at) {
		const vv_field *f = &l->t->schema.fields[*at];
		const vv_cell *c = &cells[*at];
		vv_buf_puts(b, at > l->key ? ", " : "");
		vv_text_put_words(b, f->name, f->name_len, 0);
		vv_buf_puts(b, ": ");
		vv_text_put_escaped(b, c->text ? c->text : "", c->len);
	}
	vv_aligned_title(&l->lines, vv_buf_cstr(b));
}

/* index: which of the rows that are explained. */
static void put_row(listing *l, const vv_cell *cells, uint64_t row, uint64_t index)
{
	const blame_run *r = l->r;
	char number[24];
	if (!r->o->cells) {
		put_commit(l, &r->commits[vv_blame_of(r->walk.blame, index, 0)]);
		if (l->key_count == 0) {
			(void)snprintf(number, sizeof(number), "%llu", (unsigned long long)row + 1);
			vv_aligned_cell(&l->lines, number);
		}
	} else {
		put_title(l, cells, row);
	}
	vv_array_each(l->order, l->order_count, at) {
		size_t c = *at;
		if (r->o->cells) {
			put_commit(l, &r->commits[vv_blame_of(r->walk.blame, index, c)]);
			put_text(l, l->t->schema.fields[c].name, l->t->schema.fields[c].name_len,
				 0);
		}
		put_text(l, cells[c].text, cells[c].len, 0);
	}
}

static void json_row(const blame_run *r, const vv_table *t, const vv_cell *cells, uint64_t row,
		     uint64_t index, const size_t *key, size_t key_count, vv_json_out *w)
{
	vv_json_open_object(w);
	vv_json_add_u64(w, "row", row + 1);
	if (key_count > 0) {
		vv_json_add_array(w, "keyValues");
		vv_array_each(key, key_count, at) {
			vv_json_string_len(w, cells[*at].text ? cells[*at].text : "",
					   cells[*at].len);
		}
		vv_json_close_array(w);
	}
	if (!r->o->cells) {
		vv_json_add_string(
			w, "commit",
			vv_oid_shows(&r->commits[vv_blame_of(r->walk.blame, index, 0)].id));
	} else {
		vv_json_add_object(w, "cells");
		for (size_t c = 0; c < t->columns; c++) {
			const size_t commit = vv_blame_of(r->walk.blame, index, c);

			if (is_asked(r, &t->schema.fields[c])) {
				vv_json_add_string(w, t->schema.fields[c].name,
						   vv_oid_shows(&r->commits[commit].id));
			}
		}
		vv_json_close_object(w);
	}
	vv_json_close_object(w);
}

static void json_commits(const blame_run *r, vv_json_out *w)
{
	vv_json_add_object(w, "byCommit");
	vv_array_each(r->commits, r->count, commit) {
		vv_json_put_members(w, {JSON_OBJECT(vv_oid_shows(&commit->id))},
				    {JSON_TEXT("authorName", commit->author)},
				    {JSON_TEXT("time", commit->date)},
				    {JSON_TEXT("subject", commit->summary)},
				    {JSON_BOOL_WHEN(commit->edge, "boundary", true)}, {JSON_END});
	}
	vv_json_close_object(w);
}

typedef vv_status (*row_fn)(void *payload, const vv_cell *cells, uint64_t row, vv_error *err);

/* All rows of a table, or those whose key is --row, or that meet --where. */
static vv_status each_row(const blame_run *r, vv_table *t, row_fn fn, void *payload, vv_error *err)
{
	vv_auto(vv_buf) key = VV_BUF_INIT;
	size_t places[KEY_MAX], count = key_places(r, t, places, KEY_MAX);
	vv_auto(vv_group_walk) w = vv_group_walk_open(t, NULL, 0, err);
	while (vv_group_walk_next(&w)) {
		for (size_t i = 0; i < w.batch.rows && w.rc == VV_OK; i++) {
			const vv_cell *cells = &w.batch.cells[i * w.batch.columns];
			vv_buf_reset(&key);
			if (r->o->row && count > 0) {
				vv_key_words_put(&key, cells, places, count);
			} else if (r->o->row) { /* the number in the column "row" */
				vv_buf_printf(&key, "%llu",
					      (unsigned long long)(w.batch.first_row + i + 1));
			}
			if (r->where ? vv_where_holds(r->where, cells)
				     : !r->o->row || strcmp(vv_buf_cstr(&key), r->o->row) == 0) {
				w.rc = fn(payload, cells, w.batch.first_row + i, err);
			}
		}
	}
	if (w.rc < 0) return w.rc;
	return r->where ? vv_where_ok(r->where, err) : VV_OK;
}

static vv_status add_row(void *payload, const vv_cell *cells VV_UNUSED, uint64_t row, vv_error *err)
{
	blame_run *r = payload;
	return vv_array_add(r->rows, r->row_count, r->row_cap, row) ? VV_OK : vv_fail_nomem(err);
}

/* Where rows are printed: the listing, or w. */
typedef struct printed {
	listing l;
	vv_json_out w;
	vv_buf json;
	uint64_t count;
} printed;

static vv_status print_row(void *payload, const vv_cell *cells, uint64_t row, vv_error *err)
{
	printed *p = payload;
	listing *l = &p->l;
	uint64_t index = p->count++;
	if (l->r->o->json) {
		json_row(l->r, l->t, cells, row, index, l->key, l->key_count, &p->w);
		vv_out_bytes(vv_buf_cstr(&p->json), p->json.len);
		vv_buf_reset(&p->json);
		return VV_OK;
	}
	put_row(l, cells, row, index);
	return vv_aligned_lines(&l->lines) >= LINES_MAX ? listing_flush(l, err) : VV_OK;
}

static vv_status print_all(const blame_run *r, vv_table *t, vv_error *err)
{
	printed p = {.w = {.buf = &p.json}};
	vv_status rc = listing_init(&p.l, r, t, err);
	if (rc == VV_OK && r->o->json) {
		vv_json_open_object(&p.w);
		vv_json_add_string(&p.w, "path", r->path);
		json_commits(r, &p.w);
		vv_json_add_array(&p.w, "rows");
	}
	if (rc == VV_OK) {
		rc = each_row(r, t, print_row, &p, err);
	}
	if (r->o->json) {
		vv_json_close_array(&p.w);
		vv_json_close_object(&p.w);
		vv_out_bytes(vv_buf_cstr(&p.json), p.json.len);
		vv_out("\n");
	} else if (rc == VV_OK) {
		rc = listing_flush(&p.l, err);
	}
	listing_clear(&p.l);
	vv_buf_clear(&p.json);
	return rc;
}

/* Chooses the key columns and the requested rows. */
static vv_status choose_rows(blame_run *r, vv_table *t, vv_error *err)
{
	const vv_where_how how = {.path = r->path};
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_status rc;
	r->key = r->o->key.items;
	if ((rc = vv_schema_check_key(&t->schema, r->key, err)) < 0) return rc;
	if (r->o->where.count > 0) {
		if ((rc = vv_where_new(&r->where, t, &r->o->where, &how, err)) < 0 ||
		    (rc = each_row(r, t, add_row, r, err)) < 0) {
			return rc;
		}
		if (r->row_count > 0) return VV_OK;
		return vv_fail(err, VV_ENOTFOUND, "no row meets the condition%s",
			       r->o->where.count > 1 ? "s" : "");
	}
	if (!r->o->row) return VV_OK;
	rc = each_row(r, t, add_row, r, err);
	if (rc < 0 || r->row_count > 0) return rc;
	if (!r->key && t->root.key_count == 0) {
		return vv_fail(
			err, VV_ENOTFOUND,
			"'%s' has no key, and no row %s\nthe number of a row counts from 1; --key A,B names columns that identify a row",
			vv_text_shows(r->path), vv_text_shows(r->o->row));
	}
	const size_t count = r->key ? r->o->key.count : t->root.key_count;
	vv_cell *values = vv_arena_calloc(&arena, count, sizeof(*values));
	const int read = values ? vv_key_words_read(values, count, r->o->row, &arena, err)
				: (int)vv_fail_nomem(err);
	if (read <= 0) return read < 0 ? (vv_status)read : vv_key_words_fail(r->o->row, count, err);
	vv_fail(err, VV_ENOTFOUND, "no row has the key '%s'", vv_text_shows(r->o->row));
	size_t places[KEY_MAX];
	const size_t found = key_places(r, t, places, KEY_MAX);
	vv_auto(char) *meant = found > 0 ? vv_key_place_meant(t, places, found, r->o->row) : NULL;
	if (meant) return vv_hint(err, "did you mean '%s'?", vv_text_shows(meant));
	return r->key ? VV_ENOTFOUND : vv_hint_code(err, VV_HINT_LOG_ROW, r->o->row, r->path);
}

static vv_status check_columns(const blame_run *r, const vv_table *t, vv_error *err)
{
	vv_array_each(r->o->columns.items, r->o->columns.count, it) {
		if (vv_schema_find(&t->schema, *it, strlen(*it)) < 0) {
			vv_fail(err, VV_ENOTFOUND, "'%s' has no column '%s'",
				vv_text_shows(r->path), vv_text_shows(*it));
			return vv_schema_hint(&t->schema, *it, strlen(*it), err);
		}
	}
	return VV_OK;
}

/* In the words of the user, not by the commit's id. */
static vv_status need_path(const blame_run *r, const char *rev, const vv_oid *commit, vv_error *err)
{
	vv_auto(vv_tree_entry) entry = {.path = NULL};
	vv_status rc = vv_tree_entry_at(r->repo, commit, r->path, &entry, err);

	/* A document's table, maybe. */
	if (rc == VV_ENOTFOUND && strrchr(r->path, '#')) return VV_OK;
	if (rc == VV_ENOTFOUND) {
		vv_fail(err, rc,
			"'%s' does not exist in %s\n"
			"'varve log --all -- %s' lists the commits that have it; or name the "
			"path relative to the current folder",
			vv_text_shows(r->path), vv_text_shows(rev), vv_hint_path(r->path));
	}
	return rc;
}

static vv_status blame_table(blame_run *r, const char *rev, vv_error *err)
{
	vv_auto(vv_table_at) first = {0};
	vv_oid start;
	vv_status rc;
	if ((rc = vv_rev_commit(r->repo, rev, &start, err)) < 0 ||
	    (rc = need_path(r, rev, &start, err)) < 0 ||
	    (rc = vv_table_at_open(
		     &first, r->repo, r->reader,
		     &(vv_version_name){.path = r->path, .commit = &start},
		     &(vv_subject_options){.find_key = true, .unpack = true, .long_rows = true},
		     err)) < 0) {
		if (rc == VV_EINPUT) {
			vv_prefix(err, "'%s' is not a table in %s", vv_text_shows(r->path),
				  vv_text_shows(rev));
			vv_hint_clear(err);
		}
		return rc;
	}
	if (first.table.root.kind != VV_KIND_TABLE) {
		vv_fail(err, VV_EUSAGE, "'%s' is kept as a file, not as a table",
			vv_text_shows(r->path));
		return vv_hint_code(err, VV_HINT_ADD_AS_TABLE, r->path);
	}
	if ((rc = check_columns(r, &first.table, err)) < 0 ||
	    (rc = choose_rows(r, &first.table, err)) < 0) {
		return rc;
	}
	const vv_blame_options o = {.key = r->key,
				    .rows = r->rows,
				    .row_count = r->row_count,
				    .cells = r->o->cells,
				    .temp_dir = vv_env_temp_dir(vv_repository_env(r->repo)),
				    .pool = vv_dataset_reader_pool(r->reader)};
	r->walk = (vv_blame_walk){.repo = r->repo, .reader = r->reader, .path = r->path};
	if ((rc = vv_blame_walk_run(&r->walk, &start, &first.table, &o, err)) < 0) return rc;
	for (size_t i = 0; i < r->walk.count; i++) {
		if ((rc = add_commit(r, &r->walk.commits[i], r->walk.edge[i], err)) < 0) return rc;
	}
	if ((rc = print_all(r, &first.table, err)) < 0) return rc;
	return vv_gaps_end(&r->walk.gaps, vv_repository_notes(r->repo),
			   r->o->cells
				   ? "cells marked '^' were set in the marked commit or before it"
				   : "rows marked '^' were set in the marked commit or before it",
			   err);
}

/* "PATH REV" is accepted too: the existing file is the path, unless "--" decides. The files of a
 * bare repository are no paths. */
static bool is_rev_first(const vv_context *c)
{
	const bool bare = vv_repository_is_bare(c->repo);
	vv_oid id;

	if (c->dashdash >= 0 || (!bare && vv_exists(c->argv[0]))) return c->dashdash == 1;
	return (!bare && vv_exists(c->argv[1])) ||
	       (vv_rev_commit(c->repo, c->argv[0], &id, VV_IGNORED) == VV_OK &&
		vv_rev_commit(c->repo, c->argv[1], &id, VV_IGNORED) < 0);
}

static vv_status run_blame(vv_context *c, vv_error *err)
{
	bool swapped = c->argc == 2 && is_rev_first(c); /* as in Git: REV [--] PATH */
	const char *rev;

	if (c->argc < 2) {
		rev = "HEAD";
	} else {
		rev = c->argv[swapped ? 0 : 1];
	}
	options *o = c->options;

	o->cells = o->cells || o->columns.count > 0;
	vv_auto(blame_run) r = {.o = o, .repo = c->repo, .reader = c->reader};
	vv_auto(char) *path = NULL;
	vv_status rc;

	if (!r.o->json) {
		vv_page_for(c->repo);
	}
	if ((rc = vv_repository_relative(&path, c->repo, c->argv[swapped ? 1 : 0], err)) == VV_OK) {
		r.path = path;
		rc = blame_table(&r, rev, err);
	}
	if (rc == VV_ENOTFOUND && c->argc == 2 && !swapped && vv_exists(c->argv[0]) &&
	    err->hint_id == VV_HINT_VERSIONS) {
		err->hint_id = VV_HINT_NONE;
		(void)vv_hint(err, "did you mean '--row %s'?", rev);
	}
	return vv_out_failed() ? VV_OK : rc;
}

static const vv_absent_option absent[] = {
	{"L lines", .line = "varve blame ARGS | sed -n '1p;VALUE p'"},
	{"column cell cols c", .use = "--columns"},
	{"csv format", .line = "varve sql --format csv \"SELECT * FROM varve_blame_TABLE\""},
	{"id k r line", .use = "--row"},
	{"filter query", .use = "--where"},
	{"rows", .hint = "several rows: --where 'COLUMN in (2, 3)'"},
	{"author", .line = "varve blame ARGS | grep VALUE"},
	{"n limit head", .line = "varve blame ARGS | head -n VALUE"},
	{"rev at", .use = ""},
	{"since after", .line = "varve log -p --since VALUE FILE"},
	{.names = NULL},
};

const vv_command vv_cmd_blame = {
	.name = "blame",
	.group = "history",
	.summary = "show which commit last set each row, or each cell, of a table",
	.usage =
		"[--cells | --columns A,B] [--row KEY | --where CONDITION] [--key A,B] [--json] PATH [REV]\n"
		"[--cells | --columns A,B] [--row KEY | --where CONDITION] [--key A,B] [--json] REV [--] PATH",
	.example = "$ varve blame --row MMM companies.csv\n"
		   "commit   author    date        Symbol  Security    GICS Sector\n"
		   "b120536  A U Thor  2026-08-03  MMM     3M Company  Industrials",
	.options = table,
	.absent = absent,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.arguments = "path",
	.takes = "the path of a table, and optionally a revision",
	.least = 1,
	.most = 2,
	.rules = option_rules,
	.needs = VV_NEEDS_READER,
	.gets = true,
	.run = run_blame,
};
