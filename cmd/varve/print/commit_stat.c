/*
 * commit_stat: how two versions of a path are reported in one line.
 */
#include "cmd/varve/print/commit_stat.h"

#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/json/json_list.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/output.h"
#include "cmd/varve/print/path.h"
#include "lib/status/sides.h"
#include "lib/tables/dataset_reader.h"
#include "lib/view/table_diff.h"
#include "repo/git/index/attributes.h"
#include "repo/git/merge/renames.h"
#include "repo/known/gap.h"

void vv_commit_stat_clear(vv_commit_stat *s)
{
	vv_array_each(s->lines, s->count, line) {
		vv_free_all(line->path, line->from);
		vv_change_counts_clear(&line->counts);
		vv_text_pair_clear(&line->texts);
	}
	vv_free(s->lines);
	memset(s, 0, sizeof(*s));
}

typedef struct collect {
	vv_repository *repo;
	const vv_stat_options *opts;
	const vv_oid *from, *to;   /* from: NULL: nothing */
	vv_dataset_reader *reader; /* NULL until a text is counted */
	uint64_t kept;             /* bytes of texts that stay open */
} collect;

#define KEPT_MAX (64u << 20)

static vv_status count_growth(vv_stat_line *line, vv_repository *r, vv_error *err)
{
	vv_store *store;
	vv_status rc = vv_repository_store(r, &store, err);

	if (rc == VV_OK) {
		/* missing blocks cannot be counted; the pointer contains the rest */
		line->has_growth = vv_growth_count(&line->growth, store,
						   line->old_side.stored ? &line->old_side.root
									 : NULL,
						   &line->new_side.root, NULL) == VV_OK;
	}
	return rc;
}

static vv_status take_line(vv_stat_line *line, const vv_changed_file *f, vv_error *err)
{
	line->path = vv_strdup(f->change.path);
	line->from = f->old_path ? vv_strdup(f->old_path) : NULL;
	line->change = f->change;
	line->change.path = line->path;
	return line->path && (line->from || !f->old_path) ? VV_OK : vv_fail_nomem(err);
}

/* Is it a file that Git has as text? */
static bool is_text(const vv_content *s)
{
	return s->file && !s->stored && !s->damaged;
}

static vv_status count_rows(collect *c, vv_content *side, const char *path, vv_text_version at,
			    vv_error *err)
{
	return !is_text(side) ? VV_OK
			      : vv_text_count_rows(&side->table, &side->rows, &side->columns,
						   c->repo, c->reader, path, at, err);
}

static void take_rows(vv_content *side, uint64_t rows, uint64_t columns)
{
	if (is_text(side)) {
		side->table = true;
		side->rows = rows;
		side->columns = columns;
	}
}

/* Is it a table that Git keeps as text, at least on one side, and one to count? Unless all are requested, only files
 * that varve compares are counted: reading attributes takes 150 us, too much for each file of a large commit. */
static vv_status counts_text(const collect *c, const vv_stat_line *line, bool *out, vv_error *err)
{
	const vv_content *o = &line->old_side, *n = &line->new_side;

	*out = false;
	if (c->opts->names || !vv_diff_is_table_name(line->path, true)) return VV_OK;
	if (c->opts->texts) {
		*out = is_text(o) || is_text(n);
		return VV_OK;
	}
	return is_text(o) && is_text(n) ? vv_attr_compared(c->repo, line->path, out, err) : VV_OK;
}

static vv_status count_text(collect *c, vv_stat_line *line, vv_error *err)
{
	const uint64_t most = c->opts->texts ? UINT64_MAX : VV_COUNT_TEXT_MAX;
	const vv_text_version old = {.blob = &line->change.old_id, .commit = c->from},
			      now = {.blob = &line->change.new_id, .commit = c->to};
	vv_content *o = &line->old_side, *n = &line->new_side;
	bool counted, keep = false;
	vv_status rc = counts_text(c, line, &counted, err);

	if (rc < 0 || !counted || o->damaged || n->damaged ||
	    (!c->reader && (rc = vv_dataset_reader_open(&c->reader, c->repo, NULL, err)) < 0)) {
		return rc;
	}
	if (o->file && n->file) {
		keep = c->opts->keep && !line->from && o->bytes + n->bytes <= KEPT_MAX - c->kept;
		c->kept += keep ? o->bytes + n->bytes : 0;
		rc = vv_change_count_texts(&line->counts, keep ? &line->texts : NULL, c->repo,
					   c->reader, line->path, old, now, most, err);
		if (rc < 0 || !c->opts->texts) return rc;
		if (line->counts.counted && !line->counts.many) {
			take_rows(o, line->counts.old_rows, line->counts.old_columns);
			take_rows(n, line->counts.new_rows, line->counts.new_columns);
			return VV_OK;
		}
	}
	rc = count_rows(c, o, line->path, old, err);
	return rc < 0 ? rc : count_rows(c, n, line->path, now, err);
}

/* Why the changes of a line could not be counted. */
static vv_status find_gap(vv_stat_line *line, vv_repository *r, vv_error *err)
{
	vv_gap old_gap, new_gap;
	vv_status rc;

	if (!vv_stat_line_lacks(line)) return VV_OK;
	if ((rc = vv_gap_of(&old_gap, r, &line->old_side.root, err)) < 0 ||
	    (rc = vv_gap_of(&new_gap, r, &line->new_side.root, err)) < 0) {
		return rc;
	}
	line->gap_before = old_gap != VV_GAP_NONE && new_gap == VV_GAP_NONE;
	line->gap = old_gap == VV_GAP_NONE || old_gap == VV_GAP_EXPIRED ? new_gap : old_gap;
	if (line->gap == VV_GAP_NONE) {
		line->gap = old_gap ? old_gap : VV_GAP_FETCHABLE; /* a part of the version */
	}
	return VV_OK;
}

static vv_status fill_line(collect *c, vv_stat_line *line, vv_error *err)
{
	const vv_change *h = &line->change;
	vv_status rc;

	if ((rc = vv_content_read(&line->old_side, c->repo, h->old_mode, &h->old_id, err)) < 0 ||
	    (rc = vv_content_read(&line->new_side, c->repo, h->new_mode, &h->new_id, err)) < 0) {
		return rc;
	}
	if (!line->new_side.stored || is_text(&line->old_side)) {
		rc = count_text(c, line, err);
	}
	if (rc < 0 || !line->new_side.stored) return rc;
	if (!c->opts->names && line->old_side.stored && line->old_side.table &&
	    line->new_side.table &&
	    (rc = vv_change_count(&line->counts, c->repo, line->path, &line->old_side.root,
				  &line->new_side.root, err)) < 0) {
		return rc;
	}
	if (!c->opts->names && (rc = find_gap(line, c->repo, err)) < 0) return rc;
	return c->opts->growth ? count_growth(line, c->repo, err) : VV_OK;
}

vv_status vv_commit_stat_make(vv_commit_stat *out, vv_repository *r, const vv_oid *from,
			      const vv_oid *to, const vv_stat_options *opts, vv_error *err)
{
	collect c = {.repo = r, .opts = opts, .from = from, .to = to, .reader = opts->keep};

	vv_auto(vv_changed_files) files = {.count = 0};
	vv_auto(vv_diff_sides) tables = {.count = 0}; /* of documents, which count as files */
	char **paths;

	memset(out, 0, sizeof(*out));
	vv_status rc = vv_diff_sides_take_paths(&tables, &paths, r, opts->paths, err);
	if (rc == VV_OK) {
		rc = vv_changed_files_read(&files, r, from, to, (const char *const *)paths, err);
	}
	vv_diff_words_free(paths);
	if (rc == VV_OK && !(out->lines = vv_calloc(files.count + 1, sizeof(*out->lines)))) {
		rc = vv_fail_nomem(err);
	}
	while (rc == VV_OK && out->count < files.count) {
		vv_stat_line *line = &out->lines[out->count];

		if ((rc = take_line(line, &files.items[out->count++], err)) == VV_OK) {
			rc = fill_line(&c, line, err);
		}
	}
	if (!opts->keep) {
		vv_dataset_reader_close(c.reader);
	}
	return rc;
}

bool vv_stat_line_lacks(const vv_stat_line *l)
{
	return l->old_side.stored && l->old_side.table && l->new_side.table && !l->counts.counted;
}

static const char *gap_words(const vv_stat_line *l)
{
	if (l->gap != VV_GAP_EXPIRED) return "blocks missing here";
	return l->gap_before ? "the version before it expired" : "expired";
}

static void put_dataset(vv_buf *b, const vv_stat_line *l)
{
	const vv_content *o = &l->old_side, *n = &l->new_side;
	bool both = o->bytes == 0 || (o->stored && o->table == n->table);

	if (n->table && !o->there) {
		vv_change_whole_put(b, false, n->rows, n->columns);
	} else if (l->counts.counted) {
		if (!both) {
			vv_buf_printf(b, "now a table: %s, ",
				      vv_text_counted(n->rows, "row", NULL));
			vv_buf_printf(b, "%s; ", vv_text_counted(n->columns, "column", NULL));
		}
		vv_change_counts_put(b, &l->counts);
	} else if (n->table) {
		vv_buf_puts(b, both ? "" : "now a table: ");
		if (both && o->rows != n->rows) {
			vv_buf_printf(b, "%s -> ", vv_text_count(o->rows));
		}
		vv_buf_printf(b, "%s row%s, ", vv_text_count(n->rows), n->rows == 1 ? "" : "s");
		vv_buf_printf(b, "%s column%s", vv_text_count(n->columns),
			      n->columns == 1 ? "" : "s");
		if (vv_stat_line_lacks(l)) {
			vv_buf_printf(b, " (%s)", gap_words(l));
		}
	} else {
		vv_buf_puts(b, !o->there ? "new: " : both || o->stored ? "" : "now a table: ");
		vv_buf_printf(b, "%s", both && o->bytes != n->bytes ? vv_text_bytes(o->bytes) : "");
		vv_buf_printf(b, "%s%s", both && o->bytes != n->bytes ? " -> " : "",
			      vv_text_bytes(n->bytes));
	}
	if (l->has_growth) {
		vv_buf_printf(b, "; %s new block%s, %s stored", vv_text_count(l->growth.blocks),
			      l->growth.blocks == 1 ? "" : "s", vv_text_bytes(l->growth.stored));
	}
}

/* Is the path a submodule on either side? Then its commits are printed. */
static bool put_submodule(vv_buf *b, const vv_stat_line *l)
{
	const vv_content *o = &l->old_side, *n = &l->new_side;
	const char *was = vv_oid_shows(&l->change.old_id), *is = vv_oid_shows(&l->change.new_id);

	if (!n->there || (!o->submodule && !n->submodule)) return false;
	if (!n->submodule) {
		vv_buf_printf(b, "no longer a submodule: %s", vv_text_bytes(n->bytes));
	} else if (o->submodule) {
		vv_buf_printf(b, "submodule %.7s -> %.7s", was, is);
	} else {
		vv_buf_printf(b, "%s submodule %.7s", o->there ? "now a" : "new:", is);
	}
	return true;
}

static void put_file(vv_buf *b, const vv_stat_line *l)
{
	const vv_content *o = &l->old_side, *n = &l->new_side;

	if (!n->there) {
		vv_buf_puts(b, "removed");
		if (o->table) {
			vv_buf_reset(b);
			vv_change_whole_put(b, true, o->rows, o->columns);
		}
	} else if (n->damaged) {
		vv_buf_puts(b, "a damaged pointer");
	} else if (!o->there && n->table) {
		vv_change_whole_put(b, false, n->rows, n->columns);
	} else if (!o->there) {
		vv_buf_printf(b, "new: %s", vv_text_bytes(n->bytes));
	} else if (l->counts.counted) {
		vv_buf_puts(b, o->stored && n->bytes > 0 ? "no longer a table: " : "");
		vv_change_counts_put(b, &l->counts);
	} else if (o->stored && n->bytes > 0) {
		vv_buf_printf(b, "no longer a table: %s of text", vv_text_bytes(n->bytes));
	} else {
		vv_buf_printf(b, "%s -> %s", vv_text_bytes(o->bytes), vv_text_bytes(n->bytes));
	}
}

/* "old.csv => new.csv" of a renamed file. */
static size_t put_path(const vv_stat_line *l, bool print)
{
	size_t width = vv_text_width(l->path, strlen(l->path));

	if (l->from) {
		width += vv_text_width(l->from, strlen(l->from)) + 4;
	}
	if (print && l->from) {
		vv_out_between("", l->from, " => ");
	}
	if (print) {
		vv_out_text(l->path, strlen(l->path));
	}
	return width;
}

void vv_commit_stat_print(const vv_commit_stat *s, bool total)
{
	size_t widest = 0, n;

	vv_array_each(s->lines, s->count, line) {
		n = put_path(line, false);
		widest = n > widest ? n : widest;
	}
	widest = widest > 50 ? 50 : widest;
	vv_array_each(s->lines, s->count, l) {
		vv_auto(vv_buf) b = VV_BUF_INIT;

		vv_out(" ");
		for (n = put_path(l, true); n < widest; n++) {
			vv_out(" ");
		}
		if (l->from && vv_oid_equal(&l->change.old_id, &l->change.new_id)) {
			vv_buf_puts(&b, "renamed");
		} else if (l->new_side.stored) {
			put_dataset(&b, l);
		} else if (!put_submodule(&b, l)) {
			put_file(&b, l);
		}
		vv_out(" | %s\n", vv_buf_cstr(&b));
	}
	if (total && s->count > 0) {
		vv_out(" %s %s changed\n", vv_text_count(s->count),
		       s->count == 1 ? "file" : "files");
	}
}

typedef enum change { CHANGE_RENAMED, CHANGE_ADDED, CHANGE_REMOVED, CHANGE_MODIFIED } change;

static const struct {
	char letter;
	const char *word;
} change_kinds[] = {[CHANGE_RENAMED] = {'R', "renamed"},
		    [CHANGE_ADDED] = {'A', "added"},
		    [CHANGE_REMOVED] = {'D', "removed"},
		    [CHANGE_MODIFIED] = {'M', "modified"}};

static change change_kind(const vv_stat_line *l)
{
	if (l->from) return CHANGE_RENAMED;
	if (!l->old_side.there) return CHANGE_ADDED;
	return l->new_side.there ? CHANGE_MODIFIED : CHANGE_REMOVED;
}

void vv_commit_stat_names(const vv_commit_stat *s, bool status)
{
	vv_array_each(s->lines, s->count, l) {
		vv_auto(vv_buf) b = VV_BUF_INIT;

		if (status) {
			vv_buf_printf(&b, "%c\t", change_kinds[change_kind(l)].letter);
		}
		if (status && l->from) {
			vv_path_put_quoted(&b, l->from, true, false);
			vv_buf_putc(&b, '\t');
		}
		vv_path_put_quoted(&b, l->path, true, false);
		vv_buf_putc(&b, '\n');
		vv_out_bytes(vv_buf_cstr(&b), b.len);
	}
}

void vv_commit_stat_json(vv_json_out *w, const vv_commit_stat *s)
{
	vv_json_open_array(w);
	vv_array_each(s->lines, s->count, line) {
		const vv_content *o = &line->old_side, *n = &line->new_side;

		vv_json_open_object(w);
		vv_json_put_members(
			w, {JSON_TEXT("path", line->path)},
			{JSON_TEXT_WHEN(line->from, "oldPath", line->from)},
			{JSON_TEXT("change", change_kinds[change_kind(line)].word)},
			{JSON_TEXT("kind", vv_content_kind(n->there ? n : o))},
			{JSON_NUMBER_OR_NULL(n->there && !n->submodule, "bytes", n->bytes)},
			{JSON_NUMBER_OR_NULL(o->there && !o->submodule, "bytesBefore", o->bytes)});
		if (o->table || n->table) {
			vv_json_put_members(
				w, {JSON_NUMBER_OR_NULL(n->table, "rowCount", n->rows)},
				{JSON_NUMBER_OR_NULL(o->table, "rowCountBefore", o->rows)},
				{JSON_NUMBER_OR_NULL(n->table, "columnCount", n->columns)},
				{JSON_NUMBER_OR_NULL(o->table, "columnCountBefore", o->columns)});
		}
		vv_change_counts_json(w, &line->counts);
		vv_json_put_members(w, {JSON_TEXT_WHEN(line->gap, "gap", vv_gap_word(line->gap))});
		if (n->stored) {
			vv_json_put_members(w, {JSON_TEXT("root", vv_cid_shows(&n->root))},
					    {JSON_NUMBER_OR_NULL(line->has_growth, "addedBytes",
								 line->growth.stored)});
		}
		vv_json_close_object(w);
	}
	vv_json_close_array(w);
}
