/*
 * log: the commits, newest first.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/ascii.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/hash_index.h"
#include "base/json/json.h"
#include "base/json/json_list.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/output.h"
#include "cmd/varve/commands.h"
#include "cmd/varve/log_hints.h"
#include "cmd/varve/print/commit.h"
#include "cmd/varve/print/diff_show.h"
#include "cmd/varve/print/row_event.h"
#include "dataset/format/row_write.h"
#include "dataset/schema/key_words.h"
#include "diff/write/text_cell.h"
#include "lib/names/near_file.h"
#include "lib/names/table_at.h"
#include "lib/names/version.h"
#include "lib/view/figure.h"
#include "lib/view/key_place.h"
#include "lib/view/log_filter.h"
#include "lib/view/row_history.h"
#include "lib/view/table_pairs.h"
#include "repo/git/history/history.h"
#include "repo/git/history/promised.h"
#include "repo/git/merge/path_log.h"
#include "repo/git/repository.h"
#include "repo/known/gap.h"

#define BAR_WIDTH 40 /* of the greatest figure */
#define KEY_MAX 16u  /* columns of a key */

typedef struct options {
	vv_strings key, where, by, columns;
	const char *row, *figure;
	bool oneline, reverse, patch, decorate, no_decorate, follow, allow_unsigned;
	vv_log_filter_options filter;
	vv_log_options log;
	vv_commit_view view;
	const char *color, *format, *max_count;
	uint64_t skip;
} options;

static const vv_option table[] = {
	OPT_FLAG(0, "oneline", oneline, "one line per commit"),
	OPT_UNSIGNED,
	OPT_FLAG(0, "stat", view.stat, "show what changed: rows and columns of each table"),
	OPT_FLAG('v', "verbose", view.growth,
		 "as --stat, with the blocks and bytes that each table added to the store"),
	OPT_FLAG('p', "patch", patch, "what changed, row by row"),
	OPT_FLAG('u', NULL, patch, "the same"),
	OPT_FLAG(0, "name-only", view.name_only, "the paths that changed"),
	OPT_FLAG(
		0, "name-status", view.name_status,
		"the same, each preceded by its letter: A added, M modified, D deleted, R renamed (with both paths)"),
	OPT_STRING('S', NULL, filter.value, "VALUE",
		   "commits that change the number of cells with the value VALUE"),
	OPT_NAMES(0, "columns", columns,
		  "in one table: commits that changed, added or removed cells of these columns"),
	OPT_STRING(0, "since", filter.since, "DATE",
		   "commits since DATE: 2026-03-01, yesterday, '2 weeks ago'"),
	OPT_STRING(0, "after", filter.since, "DATE", "the same as --since"),
	OPT_STRING(0, "until", filter.until, "DATE", "commits up to DATE"),
	OPT_STRING(0, "before", filter.until, "DATE", "the same as --until"),
	OPT_LIST(0, "author", filter.authors, "PATTERN",
		 "commits whose author's name or mail matches; may be repeated"),
	OPT_LIST(0, "grep", filter.greps, "PATTERN",
		 "commits with a line of the message that matches; may be repeated"),
	OPT_FLAG('i', "regexp-ignore-case", filter.ignore_case, "--author and --grep: ignore case"),
	OPT_FLAG(0, "merges", filter.merges, "only merges"),
	OPT_FLAG(0, "no-merges", filter.no_merges, "no merges"),
	OPT_FLAG(0, "decorate", decorate, "name branches and tags (the default)"),
	OPT_FLAG(0, "no-decorate", no_decorate, "do not name branches and tags"),
	OPT_MAYBE_CHOICE(0, "color", color, "WHEN", "auto|always|never", "always",
			 "colours (without a value: always)"),
	OPT_WORD(0, "no-color", color, "never", "short for --color=never"),
	OPT_JSON("the output format"),
	OPT_STRING('n', "max-count", max_count, "N", "at most N commits"),
	OPT_NUMBER(0, "skip", skip, "N", "skip the first N commits"),
	OPT_FLAG(0, "follow", follow, "follow renamed files (the default for one table)"),
	OPT_FLAG(0, "all", log.all,
		 "list the commits of all refs: branches, tags, the stash and others"),
	OPT_FLAG(0, "first-parent", log.first_parent, "follow only the first parent of merges"),
	OPT_FLAG(0, "reverse", reverse, "oldest first"),
	OPT_ONCE(0, "row", row, "KEY",
		 "the commits that changed the row with this key, in one table (values separated "
		 "by commas)"),
	OPT_ONCE(0, "figure", figure, "AGGREGATE",
		 "show a figure such as 'sum(price)' for each version of one table, with a bar"),
	OPT_LIST(0, "where", where, "CONDITION",
		 "with --figure: use only the rows that meet CONDITION; may be repeated"),
	OPT_LIST(0, "by", by, "EXPRESSION",
		 "with --figure: a figure for each group of rows with one value of a column, or of "
		 "an expression such as 'year(day)'; may be repeated"),
	OPT_NAMES(0, "key", key,
		  "with --row: columns that identify rows (default: the table's key)"),
};

static const vv_option_rule option_rules[] = {
	{"--row", .excludes = "--all --stat --reverse -p --name-only --name-status -S"},
	{"--json", .excludes = "-p --name-only --name-status"},
	{"--figure", .excludes = "--stat -p --name-only --name-status"},
	{"--by", .requires = "--figure"},
	{"--key", .requires = "--row"},
	{"--columns", .excludes = "--all --figure"},
	{NULL, NULL, NULL},
};

/* Arguments sorted into revisions and paths. */
typedef struct words {
	vv_range *ranges;
	size_t range_count;
	char **paths; /* NULL-ended */
	size_t path_count;
} words;

static void words_clear(words *w)
{
	vv_names_free(w->paths, w->path_count);
	vv_free(w->ranges);
}
VV_AUTO_CLEAR(words, words_clear)

static vv_status add_path(words *w, vv_context *c, const char *text, vv_error *err)
{
	const vv_status rc = vv_context_path(&w->paths[w->path_count], c, text, err);

	w->path_count += rc == VV_OK;
	return rc;
}

/* Without "--": words are revisions until one is none and names a file; from there on
 * all are paths, as in Git. */
static vv_status sort_words(words *w, vv_context *c, vv_error *err)
{
	int dashdash = c->dashdash, argc = c->argc;
	vv_repository *r = c->repo;
	char **argv = c->argv;
	bool paths = false;
	vv_status rc = VV_OK;

	vv_context_versions_first(c);
	for (int i = 0; rc == VV_OK && i < argc; i++) {
		if (dashdash >= 0) {
			paths = i >= dashdash;
		}
		paths |= dashdash < 0 && vv_day_is_file(argv[i]);
		if (!paths) {
			rc = vv_rev_range(r, argv[i], &w->ranges[w->range_count], err);
			if (rc == VV_OK) {
				w->range_count++;
				continue;
			}
			if (dashdash >= 0 || vv_subject_file_len(argv[i]) == 0) {
				return dashdash < 0 ? vv_near_file_hint(r, argv[i], "log", err)
						    : rc;
			}
			paths = true;
		}
		rc = add_path(w, c, argv[i], err);
		if (rc == VV_OK && dashdash < 0 && vv_subject_file_len(argv[i]) == 0) { /* a typo */
			vv_fail(err, VV_ENOTFOUND, "no file is named '%s'", vv_text_shows(argv[i]));
			rc = vv_after_digits(argv[i], argv[i] + strlen(argv[i]))[0] == '\0'
				     ? vv_hint(err, "did you mean '--row %s'?", argv[i])
				     : vv_near_file_hint(r, argv[i], "log", err);
		}
	}
	return rc;
}

static vv_commit_style style_of(const options *o)
{
	if (vv_wants_json(o->format)) return VV_STYLE_JSON;
	return o->oneline ? VV_STYLE_ONELINE : VV_STYLE_LONG;
}

/* The commits that a filter lets through. */
typedef struct sieve {
	const options *o;
	vv_repository *repo;
	vv_log *log;
	vv_path_log *follow;   /* in its place: of one path */
	vv_log_filter *filter; /* NULL: all */
	uint64_t max_count;    /* 0: no limit; with a filter it counts what passes */
	uint64_t skipped, given;
	vv_path_log_entry at;    /* paths: only what these have is shown */
	vv_path_log_entry *kept; /* with --reverse: what passed, newest first */
	size_t kept_count, kept_cap;
	vv_diff_show compared; /* only: --columns, or NULL */
	bool known;            /* a version has these columns */
} sieve;

/* Has the table of this commit, if it is there, one of the columns? */
static vv_status has_column(bool *out, const sieve *s, const vv_oid *commit, const char *path,
			    vv_error *err)
{
	vv_auto(vv_table_at) at = {.open = false};

	if (vv_table_at_open(&at, s->repo, s->compared.reader,
			     &(vv_version_name){.path = path, .commit = commit},
			     &(vv_subject_options){.unpack = true, .long_rows = true}, err) < 0) {
		return vv_error_excuse(err->code, err->code != VV_ENOMEM, err);
	}
	vv_array_each(s->compared.only->items, s->compared.only->count, it) {
		*out = *out || vv_schema_find(&at.table.schema, *it, strlen(*it)) >= 0;
	}
	return VV_OK;
}

/* Does the commit differ from each parent in the columns? */
static vv_status changes_columns(bool *out, sieve *s, vv_error *err)
{
	vv_auto(vv_commit) c = {0};
	vv_status rc = vv_commit_read(s->repo, &s->at.commit, &c, err);

	*out = true;
	if (rc < 0) return rc;
	for (size_t i = 0; rc == VV_OK && *out && (i == 0 || i < c.parent_count); i++) {
		rc = vv_diff_show_differs(out, &s->known, &s->compared,
					  c.parent_count > 0 ? &c.parents[i] : NULL, &c.id, err);
	}
	if (rc < 0 || !*out) return rc;
	bool has = false; /* not if the table is new, or was removed, without such a column */

	for (size_t i = 0; rc == VV_OK && s->at.paths[i]; i++) {
		rc = has_column(&has, s, &c.id, s->at.paths[i], err);
		if (rc == VV_OK && !has && c.parent_count > 0) {
			rc = has_column(&has, s, &c.parents[0], s->at.paths[i], err);
		}
	}
	s->known = s->known || has;
	*out = has;
	return rc;
}

static int next_passing(sieve *s, vv_error *err)
{
	const bool sifts = s->filter || s->follow;
	int more;

	if (sifts && s->max_count > 0 && s->given == s->max_count) return 0;
	while ((more = s->follow ? vv_path_log_next(s->follow, &s->at, err)
				 : vv_log_next(s->log, &s->at.commit, err)) > 0 &&
	       sifts) {
		const int passes = vv_log_filter_passes(s->filter, &s->at.commit, err);
		bool changes = true;

		if (passes < 0) return passes;
		if (passes && s->compared.only && changes_columns(&changes, s, err) < 0) {
			return (int)err->code;
		}
		if (passes && changes && s->skipped++ >= s->o->skip) {
			break;
		}
	}
	s->given += more > 0;
	return more;
}

static vv_status keep_all(sieve *s, vv_error *err)
{
	int more;

	while ((more = next_passing(s, err)) > 0) {
		if (!vv_array_add(s->kept, s->kept_count, s->kept_cap, s->at)) {
			return vv_fail_nomem(err);
		}
	}
	return (vv_status)more;
}

static vv_status print_passing(sieve *s, vv_commit_view *view, vv_error *err)
{
	vv_status rc = VV_OK;
	int more = 0;

	if ((s->filter || s->follow) && s->o->reverse) {
		rc = keep_all(s, err);
		while (rc == VV_OK && s->kept_count > 0 && !vv_out_failed()) {
			s->at = s->kept[--s->kept_count];
			rc = vv_commit_print(view, &s->at.commit, err);
		}
		return rc;
	}
	while (rc == VV_OK && !vv_out_failed() && (more = next_passing(s, err)) > 0) {
		rc = vv_commit_print(view, &s->at.commit, err);
	}
	return more < 0 ? (vv_status)more : rc;
}

/* ---- a figure of each version ---- */

typedef struct point {
	vv_oid commit;
	char *value; /* owned */
	double number;
	bool is_number, is_null, is_groups;
} point;

typedef struct points {
	point *items;
	size_t count, cap;
} points;

static void points_clear(points *p)
{
	vv_array_clear(p->items, p->count, it, vv_free(it->value));
}
VV_AUTO_CLEAR(points, points_clear)

/* Versions newer than a chosen one are read too, to follow the columns. */
static vv_status read_points(points *p, sieve *s, vv_figure *f, vv_error *err)
{
	vv_auto(vv_figure_value) value = {.text = VV_BUF_INIT};
	vv_error why;
	int more = 0, passes = 1;

	while ((s->max_count == 0 || p->count < s->max_count) &&
	       (more = vv_path_log_next(s->follow, &s->at, err)) > 0) {
		if (!s->at.path) { /* it was removed */
			continue;
		}
		const vv_status rc = vv_figure_of(f, &s->at.commit, s->at.path, &value, &why);
		const char *text = NULL;

		if (value.text.len > 0) {
			text = value.text.data;
		} else if (rc == VV_EMISSING) {
			text = vv_gap_word(why.gap);
		} else if (rc == VV_EINPUT) {
			text = "not a table";
		} else if (value.kind == VV_FIGURE_NO_COLUMN) {
			text = "no such column";
		}

		if (rc < 0 && rc != VV_EINPUT && rc != VV_EMISSING) return vv_error_copy(err, &why);
		passes = vv_log_filter_passes(s->filter, &s->at.commit, err);
		if (passes < 0) return (vv_status)passes;
		if (!passes || s->skipped++ < s->o->skip) {
			continue;
		}
		point one = {.commit = s->at.commit,
			     .is_null = !text,
			     .is_number = rc == VV_OK && value.kind == VV_FIGURE_NUMBER,
			     .is_groups = rc == VV_OK && value.kind == VV_FIGURE_GROUPS,
			     .value = vv_strdup(text ? text : "null")};
		one.number = one.value && one.is_number ? strtod(one.value, NULL) : 0;
		if (!one.value || !vv_array_add(p->items, p->count, p->cap, one)) {
			vv_free(one.value);
			return vv_fail_nomem(err);
		}
		s->given++;
	}
	return more < 0 ? (vv_status)more : VV_OK;
}

static void tell_point(void *payload, vv_json_out *w)
{
	const point *p = payload;

	if (!w) return;
	vv_json_name(w, "figure");
	if (p->is_number || p->is_groups) {
		vv_json_raw(w, p->value, strlen(p->value));
	} else if (p->is_null) {
		vv_json_null(w);
	} else {
		vv_json_string(w, p->value);
	}
}

/* The values at both ends of the bars. */
typedef struct axis {
	const point *least, *most; /* the ends; least NULL: 0 */
	double from, to;           /* without signs */
	int width;                 /* of the longest value */
} axis;

/* The axis begins at 0, unless all numbers are within a tenth of the greatest. */
static axis axis_of(const points *p)
{
	axis a = {.least = NULL};
	bool negative = false, positive = false;

	vv_array_each(p->items, p->count, it) {
		const int len = (int)strlen(it->value);

		a.width = len > a.width ? len : a.width;
		if (!it->is_number) {
			continue;
		}
		negative = negative || it->number < 0;
		positive = positive || it->number >= 0;
		a.most = !a.most || fabs(it->number) > fabs(a.most->number) ? it : a.most;
		a.least = !a.least || fabs(it->number) < fabs(a.least->number) ? it : a.least;
	}
	if (!a.most) return a;
	a.to = fabs(a.most->number);
	a.from = fabs(a.least->number);
	if ((negative && positive) || a.from == a.to || a.to - a.from >= a.to / 10) {
		a.least = NULL;
		a.from = 0;
	}
	return a;
}

static int bar_of(const axis *a, const point *p)
{
	if (!p->is_number || a->to <= a->from) return 0;
	const double share = (fabs(p->number) - a->from) / (a->to - a->from);
	/* a bar that does not begin at 0 has at least one mark: it is not a figure of 0 */
	return a->least ? 1 + (int)lround(share * (BAR_WIDTH - 1)) : (int)lround(share * BAR_WIDTH);
}

/* "2026-10-05 1a2b3c4  1234.5 #########" */
static vv_status print_point(const point *p, vv_repository *r, const axis *a, vv_error *err)
{
	vv_auto(vv_commit) c = {.parents = NULL};
	vv_auto(char) *id = NULL;
	const int bar = bar_of(a, p);
	vv_status rc;

	if ((rc = vv_commit_read(r, &p->commit, &c, err)) < 0 ||
	    (rc = vv_rev_short(r, &p->commit, &id, err)) < 0) {
		return rc;
	}
	vv_out("%.10s %s%s%s %*s", vv_text_zoned(c.committer.time, c.committer.offset_min),
	       vv_color_on(VV_YELLOW), id, vv_color_off(), a->width - (int)strlen(p->value), "");
	vv_out_text(p->value, strlen(p->value));
	if (bar > 0) {
		vv_out(p->number < 0 ? " -" : " ");
	}
	vv_out("%.*s\n", bar, "########################################");
	return VV_OK;
}

static vv_status print_points(const points *p, vv_repository *r, bool reverse, vv_error *err)
{
	const axis a = axis_of(p);
	vv_status rc = VV_OK;

	if (a.least) {
		vv_out("(bars from %s to %s: they do not begin at 0)\n", a.least->value,
		       a.most->value);
	}
	for (size_t i = 0; rc == VV_OK && i < p->count && !vv_out_failed(); i++) {
		rc = print_point(&p->items[reverse ? p->count - 1 - i : i], r, &a, err);
	}
	return rc;
}

/* The names of all groups: those of the newest version first. */
static vv_status list_groups(vv_strings *out, vv_json **objects, const points *p, vv_arena *arena,
			     vv_error *err)
{
	vv_auto(vv_hash_index) index = {0};
	size_t cap = 0;

	for (size_t i = 0; i < p->count; i++) {
		const char *text = p->items[i].value;

		if (!p->items[i].is_groups) {
			continue;
		}
		vv_status rc = vv_json_read(&objects[i], arena, text, strlen(text), "figure", err);
		if (rc < 0) return rc;
		for (const vv_json *m = objects[i]->first; m; m = m->next) {
			const uint64_t hash = vv_xxh3(m->name, m->name_len, vv_hash_seed());

			if (!vv_hash_find(out->items, &index, hash, it,
					  strcmp(*it, m->name) == 0) &&
			    !vv_hash_add(out->items, out->count, cap, &index, hash, m->name)) {
				return vv_fail_nomem(err);
			}
		}
	}
	return VV_OK;
}

/* A version without the group has no number. */
static vv_status add_group_point(points *out, const point *like, const vv_json *object,
				 const char *name, vv_error *err)
{
	const vv_json *m = object ? vv_json_get(object, name) : NULL;
	point one = {.commit = like->commit, .is_null = !m || m->type == VV_JSON_NULL};

	if (!like->is_groups) { /* "no such column" */
		one.value = vv_strdup(like->value);
	} else if (one.is_null) {
		one.value = vv_strdup(m ? "null" : "none");
	} else if (m->type == VV_JSON_NUMBER) {
		one.is_number = true;
		one.value = vv_strndup(like->value + m->start, m->end - m->start);
		one.number = one.value ? strtod(one.value, NULL) : 0;
	} else {
		one.value = vv_strndup(m->text, m->text_len);
	}
	if (one.value && vv_array_add(out->items, out->count, out->cap, one)) return VV_OK;
	vv_free(one.value);
	return vv_fail_nomem(err);
}

/* Each group under its name, with bars of its own. */
static vv_status print_groups(const points *p, vv_repository *r, bool reverse, vv_error *err)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_auto_free const char **names = NULL;
	vv_strings groups = {.items = NULL};
	vv_json **objects = vv_arena_calloc(&arena, p->count + 1, sizeof(vv_json *));
	vv_status rc = objects ? list_groups(&groups, objects, p, &arena, err) : vv_fail_nomem(err);

	names = groups.items;
	for (size_t g = 0; rc == VV_OK && g < groups.count && !vv_out_failed(); g++) {
		vv_auto(points) one = {NULL, 0, 0};

		for (size_t i = 0; rc == VV_OK && i < p->count; i++) {
			rc = add_group_point(&one, &p->items[i], objects[i], groups.items[g], err);
		}
		vv_out("%s", g > 0 ? "\n" : "");
		vv_out_text(groups.items[g], strlen(groups.items[g]));
		vv_out("\n");
		rc = rc < 0 ? rc : print_points(&one, r, reverse, err);
	}
	return rc;
}

/* The aggregate and the conditions of --figure, with those of --row. */
typedef struct figure_words {
	const char *figure;
	vv_strings where;
	vv_arena arena;
} figure_words;

static void figure_words_clear(figure_words *w)
{
	vv_free((void *)(uintptr_t)w->where.items);
	vv_arena_clear(&w->arena);
}
VV_AUTO_CLEAR(figure_words, figure_words_clear)

/* text("id") = '007' */
static const char *key_condition(figure_words *w, const char *column, const vv_cell *value)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;

	vv_buf_puts(&b, "text(\"");
	for (const char *p = column; *p; p++) {
		vv_buf_puts(&b, *p == '"' ? "\"" : "");
		vv_buf_putc(&b, *p);
	}
	vv_buf_puts(&b, "\") = '");
	for (size_t i = 0; i < value->len; i++) {
		vv_buf_puts(&b, value->text[i] == '\'' ? "'" : "");
		vv_buf_putc(&b, value->text[i]);
	}
	vv_buf_puts(&b, "'");
	return b.failed ? NULL : vv_arena_strndup(&w->arena, b.data, b.len);
}

/* Adds the conditions for the key of --row, and takes a column's name for its value in this row. */
static vv_status add_row_words(figure_words *w, const options *o, vv_table *t, const char *path,
			       vv_error *err)
{
	const vv_schema *schema = &t->schema;
	const size_t count = o->key.count > 0 ? o->key.count : t->root.key_count;
	vv_cell values[KEY_MAX];
	size_t key[KEY_MAX];
	vv_status rc = vv_schema_check_key(schema, o->key.items, err);

	if (rc < 0) return rc;
	if (count == 0 || count > KEY_MAX) {
		return vv_fail(err, VV_EUSAGE,
			       "'%s' has no key; --row requires one\nspecify the columns that "
			       "identify a row: --key A,B",
			       vv_text_shows(path));
	}
	const int read = vv_key_words_read(values, count, o->row, &w->arena, err);
	if (read <= 0) return read < 0 ? (vv_status)read : vv_key_words_fail(o->row, count, err);
	for (size_t i = 0; i < count; i++) {
		const char *column = o->key.count > 0 ? o->key.items[i] : t->root.key[i];

		w->where.items[w->where.count] = key_condition(w, column, &values[i]);
		if (!w->where.items[w->where.count++]) return vv_fail_nomem(err);
		key[i] = (size_t)vv_schema_find(schema, column, strlen(column));
	}
	vv_auto(char) *meant = vv_key_place_meant(t, key, count, o->row);
	if (meant) {
		return vv_fail(err, VV_ENOTFOUND,
			       "'%s' has no row with the key '%s'\ndid you mean '%s'?",
			       vv_text_shows(path), vv_text_shows(o->row), vv_text_shows(meant));
	}
	if (vv_schema_find(schema, o->figure, strlen(o->figure)) >= 0) {
		vv_auto(vv_buf) b = VV_BUF_INIT;

		vv_buf_puts(&b, "max(\"");
		for (const char *p = o->figure; *p; p++) {
			vv_buf_puts(&b, *p == '"' ? "\"" : "");
			vv_buf_putc(&b, *p);
		}
		vv_buf_puts(&b, "\")");
		w->figure = b.failed ? NULL : vv_arena_strndup(&w->arena, b.data, b.len);
	}
	return w->figure ? VV_OK : vv_fail_nomem(err);
}

static vv_status figure_words_read(figure_words *out, vv_context *c, const words *w, vv_error *err)
{
	const options *o = c->options;
	vv_auto(vv_table_at) at = {.open = false};
	vv_oid id;
	vv_status rc = VV_OK;

	out->figure = o->figure;
	out->where.items = vv_calloc(o->where.count + KEY_MAX + 1, sizeof(*out->where.items));
	if (!out->where.items) return vv_fail_nomem(err);
	vv_array_each(o->where.items, o->where.count, it) {
		out->where.items[out->where.count++] = *it;
	}
	if (!o->row) return VV_OK;
	if (w->range_count > 0) {
		id = w->ranges[0].include;
	} else {
		rc = vv_rev_commit(c->repo, "HEAD", &id, err);
	}
	const vv_version_name newest = {.path = w->paths[0], .commit = &id, .shown = w->paths[0]};
	if (rc < 0) return rc;
	rc = vv_table_at_open(&at, c->repo, c->reader, &newest,
			      &(vv_subject_options){.find_key = true, .long_rows = true}, err);
	return rc < 0 ? rc : add_row_words(out, o, &at.table, w->paths[0], err);
}

static vv_status print_figure(sieve *s, vv_commit_view *view, const figure_words *asked,
			      vv_dataset_reader *reader, vv_error *err)
{
	const options *o = s->o;
	vv_auto(vv_figure) *f = NULL;
	vv_auto(points) p = {NULL, 0, 0};
	vv_status rc = vv_figure_open(&f, s->repo, reader, asked->figure, &asked->where, &o->by,
				      err);

	if (rc < 0 || (rc = read_points(&p, s, f, err)) < 0) return rc;
	view->more = tell_point;
	if (view->style != VV_STYLE_JSON) {
		return o->by.count > 0 ? print_groups(&p, s->repo, o->reverse, err)
				       : print_points(&p, s->repo, o->reverse, err);
	}
	for (size_t i = 0; rc == VV_OK && i < p.count && !vv_out_failed(); i++) {
		view->payload = &p.items[o->reverse ? p.count - 1 - i : i];
		rc = vv_commit_print(view, &((point *)view->payload)->commit, err);
	}
	return rc;
}

static vv_status open_sieve(sieve *s, const words *w, const vv_log_filter_options *fo,
			    vv_error *err)
{
	const options *o = s->o;
	vv_log_options lo = o->log;
	vv_status rc = vv_log_filter_open(&s->filter, s->repo, fo, err);

	if (rc < 0) return rc;
	lo.ranges = w->ranges;
	lo.range_count = w->range_count;
	lo.paths = fo->paths;
	if (!s->filter) { /* with a filter, only the commits that it selects count */
		lo.max_count = s->max_count;
		lo.skip = o->skip;
		lo.reverse = o->reverse;
	}
	/* A path's history does so by itself, through renames. */
	if (fo->paths != s->at.paths && (o->patch || o->view.stat) &&
	    (rc = vv_promised_bring(s->repo, &lo, err)) < 0) {
		return rc;
	}
	if (fo->paths != s->at.paths) return vv_log_open(&s->log, s->repo, &lo, err);
	return vv_path_log_open(&s->follow, s->repo, &lo, vv_table_lineage(fo->reader), err);
}

/* Is what was listed all that a shallow clone has, and not all that there is? */
static bool is_part(const sieve *s, const words *w)
{
	size_t open = 0;

	while (open < w->range_count && w->ranges[open].has_exclude) {
		open++;
	}
	return vv_repository_is_shallow(s->repo) &&
	       (s->max_count == 0 || s->given < s->max_count) &&
	       (open < w->range_count || w->range_count == 0);
}

static void hint_range(const vv_context *c, const words *w, vv_error *err)
{
	const options *o = c->options;

	if (w->range_count == 0 && !o->log.all) {
		vv_log_hint_range(c, o->filter.since, o->filter.until, err);
	}
}

static vv_status print_all(vv_context *c, const words *w, uint64_t max_count, vv_error *err)
{
	const options *o = c->options;
	vv_repository *r = c->repo;
	vv_log_filter_options fo = o->filter;
	sieve s = {.o = o, .repo = r, .max_count = max_count};
	vv_commit_view view = o->view;
	vv_auto(figure_words) figure = {.arena = VV_ARENA_INIT};
	vv_status rc;

	if (o->figure && (w->path_count != 1 || o->log.all)) {
		return vv_fail(err, VV_EUSAGE, "--figure requires the path of one table");
	}
	if (o->columns.count > 0 && w->path_count != 1) {
		return vv_log_fail_path(c, "--columns", err);
	}
	if (w->path_count == 1 && !o->log.all) {
		s.at.paths[0] = w->paths[0];
		fo.paths = s.at.paths;
	} else {
		fo.paths = w->path_count ? (const char *const *)w->paths : NULL;
	}
	vv_diff_show patch = {.repo = r, .paths = fo.paths, .no_limit = true};
	view.repo = r;
	view.paths = fo.paths;
	view.style = style_of(o);
	if ((o->patch || o->view.stat || o->filter.value || o->figure || o->columns.count > 0 ||
	     (w->path_count == 1 && strchr(w->paths[0], '#'))) &&
	    (rc = vv_context_need(c, VV_NEEDS_READER, err)) < 0) {
		goto done;
	}
	if (o->figure && (rc = figure_words_read(&figure, c, w, err)) < 0) {
		goto done;
	}
	fo.reader = c->reader;
	if (o->columns.count > 0) {
		s.compared = (vv_diff_show){
			.repo = r, .reader = c->reader, .paths = fo.paths, .only = &o->columns};
		patch.only = s.compared.only;
	}
	if (o->patch) {
		patch.reader = c->reader;
		view.patch = &patch;
	}
	if ((!o->no_decorate && (rc = vv_decoration_read(&view.names, r, err)) < 0) ||
	    (rc = open_sieve(&s, w, &fo, err)) < 0) {
		hint_range(c, w, err);
		goto done;
	}
	vv_out("%s", view.style == VV_STYLE_JSON ? "[" : "");
	rc = o->figure ? print_figure(&s, &view, &figure, c->reader, err)
		       : print_passing(&s, &view, err);
	vv_out("%s", view.style == VV_STYLE_JSON ? "]\n" : "");
	rc = rc < 0 ? rc : vv_commit_counted(&view, err);
	if (rc == VV_OK && s.filter) {
		rc = vv_gaps_end(vv_log_filter_gaps(s.filter), vv_repository_notes(r),
				 "commits that changed them were not searched", err);
	}
	if (rc == VV_OK && s.compared.only && !s.known && !vv_out_failed()) {
		rc = vv_fail(err, VV_ENOTFOUND, "no listed version of '%s' has a column '%s'",
			     vv_text_shows(w->paths[0]), vv_text_shows(o->columns.items[0]));
	}
	c->code = view.trouble ? VV_EXIT_TROUBLE : c->code;
	if (rc == VV_OK && is_part(&s, w)) {
		vv_warn("this clone is shallow: it lacks the older commits ('git fetch --unshallow' gets them)");
	}
done:
	vv_free(s.kept);
	vv_log_close(s.log);
	vv_path_log_close(s.follow);
	vv_log_filter_close(s.filter);
	vv_decoration_free(view.names);
	return rc;
}

/* --- one row --------------------------------------------------------------------------- */

/* Did the commit change a cell of --columns? */
static bool has_columns(const options *o, const vv_row_event *e)
{
	const vv_strings *names = &o->columns;

	return names->count == 0 ||
	       vv_array_find(e->cells, e->count, it,
			     vv_text_is_among(it->name, names->items, names->count) ||
				     (it->old_name && vv_text_is_among(it->old_name, names->items,
								       names->count))) != NULL;
}

/* *seen: how many commits changed the row, shown or not. */
static vv_status print_row(sieve *s, vv_row_history *h, uint64_t *seen, vv_error *err)
{
	const options *o = s->o;
	vv_repository *r = s->repo;
	vv_row_event e;
	vv_row_event_shown t = {.event = &e, .spaced = style_of(o) == VV_STYLE_LONG};
	vv_commit_view view = {
		.repo = r, .style = style_of(o), .more = vv_row_event_print, .payload = &t};
	int more = 0;
	vv_status rc = o->no_decorate ? VV_OK : vv_decoration_read(&view.names, r, err);

	vv_out("%s", view.style == VV_STYLE_JSON ? "[" : "");
	while (rc == VV_OK && !vv_out_failed() && (!o->max_count || s->given < s->max_count) &&
	       (more = vv_row_history_next(h, &e, err)) > 0) {
		const int passes = vv_log_filter_passes(s->filter, &e.commit, err);

		++*seen;
		if (passes > 0 && has_columns(o, &e) && s->skipped++ >= o->skip) {
			rc = vv_commit_print(&view, &e.commit, err);
			s->given++;
		} else if (passes < 0) {
			rc = (vv_status)passes;
		}
	}
	vv_out("%s", view.style == VV_STYLE_JSON ? "]\n" : "");
	vv_decoration_free(view.names);
	if (rc < 0) return rc;
	if (more < 0) return (vv_status)more;
	return vv_gaps_end(vv_row_history_gaps(h), vv_repository_notes(r),
			   "the history of the row begins after that version", err);
}

/* Suggests a row of the newest version with a similar key. */
static vv_status fail_row(vv_context *c, const char *path, vv_error *err)
{
	const options *o = c->options;
	vv_auto(vv_table_at) at = {.open = false};
	vv_auto(char) *meant = NULL;
	vv_oid head;
	size_t key[KEY_MAX], count = 0;

	vv_fail(err, VV_ENOTFOUND, "no version of '%s' has a row with the key '%s'",
		vv_text_shows(path), vv_text_shows(o->row));
	if (o->key.count > 0 || vv_rev_commit(c->repo, "HEAD", &head, VV_IGNORED) < 0 ||
	    vv_table_at_open(
		    &at, c->repo, c->reader, &(vv_version_name){.path = path, .commit = &head},
		    &(vv_subject_options){.find_key = true, .long_rows = true}, VV_IGNORED) < 0) {
		return err->code;
	}
	const vv_root *root = &at.table.root;
	for (; count < root->key_count && count < KEY_MAX; count++) {
		const long column = vv_schema_find(&at.table.schema, root->key[count],
						   strlen(root->key[count]));

		if (column < 0) return err->code;
		key[count] = (size_t)column;
	}
	meant = count > 0 ? vv_key_place_meant(&at.table, key, count, o->row) : NULL;
	return meant ? vv_hint(err, "did you mean '%s'?", vv_text_shows(meant)) : err->code;
}

static vv_status log_row(vv_context *c, const words *w, uint64_t max_count, vv_error *err)
{
	const options *o = c->options;
	vv_repository *r = c->repo;
	vv_auto(vv_row_history) *h = NULL;
	vv_auto(vv_log_filter) *filter = NULL;
	uint64_t seen = 0;
	vv_status rc;

	if (w->path_count != 1) {
		return vv_log_fail_path(c, "--row", err);
	}
	if ((rc = vv_log_filter_open(&filter, r, &o->filter, err)) < 0) {
		hint_range(c, w, err);
		return rc;
	}
	sieve s = {.o = o, .repo = r, .filter = filter, .max_count = max_count};
	if ((rc = vv_context_need(c, VV_NEEDS_READER, err)) < 0) return rc;
	const vv_row_history_options ho = {.row = o->row,
					   .key = &o->key,
					   .path = w->paths[0],
					   .ranges = w->ranges,
					   .range_count = w->range_count,
					   .first_parent = o->log.first_parent};
	if ((rc = vv_row_history_open(&h, r, c->reader, &ho, err)) == VV_OK) {
		rc = print_row(&s, h, &seen, err);
	}
	if (rc == VV_OK && seen == 0 && !vv_out_failed() && vv_row_history_gaps(h)->expired == 0 &&
	    !vv_array_find(w->ranges, w->range_count, range, range->has_exclude)) {
		rc = fail_row(c, w->paths[0], err);
	}
	return rc;
}

/* An unborn branch has no history: reports that instead of "unknown revision HEAD". */
static vv_status check_born(vv_repository *r, vv_error *err)
{
	vv_auto(vv_head) head = {0};
	vv_status rc;

	if ((rc = vv_head_read(r, &head, err)) < 0) return rc;
	if (head.unborn) {
		const char *name = head.branch ? head.branch : "HEAD";

		rc = vv_fail(
			err, VV_ENOTFOUND,
			"branch '%s' has no commits yet\n"
			"'varve add FILE' and 'varve commit' make the first one",
			vv_text_shows(strncmp(name, "refs/heads/", 11) == 0 ? name + 11 : name));
	}
	return rc;
}

static int check_log(const vv_context *c)
{
	const options *o = c->options;
	uint64_t max_count;

	if (o->where.count > 0 && !o->figure) return vv_log_refuse_where(c);
	return !o->max_count || vv_parse_u64(&max_count, o->max_count, strlen(o->max_count))
		       ? VV_EXIT_OK
		       : vv_usage_error("-n requires a number, not '%s'",
					vv_text_shows(o->max_count));
}

static vv_status run_log(vv_context *c, vv_error *err)
{
	options *o = c->options;
	vv_auto(words) w = {.ranges = vv_calloc((size_t)c->argc + 1, sizeof(*w.ranges)),
			    .paths = vv_calloc((size_t)c->argc + 1, sizeof(*w.paths))};
	uint64_t max_count = 0;
	vv_status rc;

	if (o->max_count) {
		(void)vv_parse_u64(&max_count, o->max_count, strlen(o->max_count));
	}
	vv_color_choose(o->color);
	if (!w.ranges || !w.paths) return vv_fail_nomem(err);
	if ((rc = sort_words(&w, c, err)) < 0) return vv_out_failed() ? VV_OK : rc;
	if (w.range_count == 0 && !o->log.all && (rc = check_born(c->repo, err)) < 0) {
		return vv_out_failed() ? VV_OK : rc;
	}
	if (o->max_count && max_count == 0) {
		vv_out("%s", vv_wants_json(o->format) ? "[]\n" : "");
		return vv_out_failed() ? VV_OK : rc;
	}
	if (o->view.growth &&
	    !(o->patch || o->view.name_only || o->view.name_status || o->figure)) {
		o->view.stat = true;
	}
	vv_page_for(c->repo);
	rc = o->row && !o->figure ? log_row(c, &w, max_count, err)
				  : print_all(c, &w, max_count, err);
	return vv_out_failed() ? VV_OK : rc;
}

static const vv_absent_option absent[] = {
	{"limit head count", .use = "-n"},
	{"diff cells rows changes", .use = "-p"},
	{"L", .hint = "'varve log --row KEY FILE' lists the commits that changed one row",
	 .rows = true},
	{"column cell col field", .use = "--columns"},
	{.names = NULL}};

const vv_command vv_cmd_log = {
	.name = "log",
	.group = "history",
	.summary = "list the commits, newest first",
	.usage = "[--oneline | --json] [--stat | -p | --name-status] [-n N] "
		 "[REV | A..B]... [--] [PATH...]\n"
		 "--columns A,B [-p] [REV | A..B]... [--] PATH\n"
		 "--row KEY [--key A,B] [REV | A..B]... [--] PATH\n"
		 "--figure AGGREGATE [--where CONDITION] [--by EXPRESSION] [--row KEY] "
		 "[REV | A..B]... [--] PATH",
	.example = "$ varve log --oneline --stat -n 1\n"
		   "4be1f02 (HEAD -> main) March prices\n"
		   " prices.csv | +12 -5 ~64 rows, 1 column added\n"
		   " 1 file changed",
	.options = table,
	.absent = absent,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.arguments = "ref",
	.rules = option_rules,
	.check = check_log,
	.needs = VV_NEEDS_REPOSITORY,
	.urls = VV_URLS_RANGES,
	.gets = true,
	.run = run_log,
};
