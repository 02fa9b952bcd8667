/*
 * changes: a list of commits with their changes in words of rows: of the repository, and of one
 * table, with its plots.
 */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/show.h"
#include "cmd/web/pages/page.h"
#include "cmd/web/pages/parts.h"
#include "cmd/web/pages/plot.h"
#include "repo/known/gap.h"

#define OF_HISTORY 50u
#define FOLDED 11u     /* commits alike, newest first, that are one line */
#define PATHS_SHOWN 3u /* of a commit */
#define YEARS 20
#define FILES 2000u /* among which a table is looked for */

/* Never empty. A change that is not counted yet makes the page a passing one. */
static const char *change_said(vv_page *p, const vv_web_change *c)
{
	p->passing = p->passing || (c->table && c->kind == VV_WEB_CHANGED && !c->counts.counted);
	if (c->words && *c->words) return c->words;
	if (c->kind == VV_WEB_ADDED) return "new";
	if (c->kind == VV_WEB_REMOVED) return "removed";
	return "changed";
}

/* ---- commits that are alike */

static bool same_but_digits(const char *a, const char *b)
{
	static const char digits[] = "0123456789";

	while (*a && *b) {
		const size_t x = strspn(a, digits), y = strspn(b, digits);

		if ((x > 0) != (y > 0) || (x == 0 && *a != *b)) return false;
		a += x > 0 ? x : 1;
		b += y > 0 ? y : 1;
	}
	return *a == *b;
}

/* By the same author, in the same words, of the same tables, which both versions have? */
static bool alike_entries(const vv_web_log_entry *a, const vv_web_log_entry *b)
{
	if (a->count != b->count || a->more || b->more || a->count == 0 ||
	    !same_but_digits(a->commit.subject, b->commit.subject) ||
	    strcmp(a->commit.author, b->commit.author) != 0) {
		return false;
	}
	for (size_t i = 0; i < a->count; i++) {
		const vv_web_change *x = &a->changes[i], *y = &b->changes[i];

		if (!x->counts.counted || !y->counts.counted || strcmp(x->path, y->path) != 0) {
			return false;
		}
	}
	return true;
}

size_t vv_page_alike(const vv_web_log_entry *e, size_t count, size_t least)
{
	size_t same = 1;

	while (same < count && alike_entries(e, &e[same])) {
		same++;
	}
	return same < least ? 1 : same;
}

/* The changes of similar commits, newest first, to the k-th path of each. */
static const char *path_words(vv_page *p, const vv_web_log_entry *e, size_t count, size_t k)
{
	uint64_t added = 0, removed = 0, changed = 0;

	vv_array_each(e, count, it) {
		const vv_web_change *c = &it->changes[k];

		added += c->counts.added;
		removed += c->counts.removed;
		changed += c->counts.changed;
	}
	return count == 1 ? change_said(p, &e->changes[k])
			  : vv_page_text(p, "+%s -%s ~%s rows in all", vv_text_count(added),
					 vv_text_count(removed), vv_text_count(changed));
}

vv_html *vv_page_alike_words(vv_page *p, const vv_web_log_entry *e, size_t count)
{
	vv_html *words = vv_page_piece_new(p);

	for (size_t k = 0; k < e->count && k < PATHS_SHOWN; k++) {
		part_words(words,
			   .text = vv_page_text(p, "%s%s: ", k ? "; " : "", e->changes[k].path));
		vv_page_put_change_words(p, words, path_words(p, e, count, k));
	}
	if (e->count > PATHS_SHOWN || e->more) {
		part_words(words,
			   .text = vv_page_text(p, "; and %s%s", e->more ? "at least " : "",
						vv_text_counted(e->count - PATHS_SHOWN + e->more,
								"other file", NULL)));
	}
	return words;
}

/* ---- a list of commits */

/* Where a change leads: its comparison, or the dataset where there is nothing to compare with. */
static const char *to_change(vv_page *p, const vv_web_commit *a, const vv_web_commit *b,
			     const vv_web_change *c)
{
	if (a->none || (c->kind == VV_WEB_ADDED && !b->none)) {
		return vv_page_to(p, VV_WEB_AT_TABLE, b->hex, c->path);
	}
	return vv_page_to_compare(p, a, b, c->path);
}

void vv_page_put_change(vv_page *p, const vv_web_commit *a, const vv_web_commit *b,
			const vv_web_change *c)
{
	const vv_page_kind *kind =
		&vv_page_kinds[c->kind == VV_WEB_RENAMED ? VV_WEB_CHANGED : c->kind];

	part_log_change(&p->html, .at = to_change(p, a, b, c), .path = c->path,
			.old_path = c->old_path, .sign = kind->sign, .kind = kind->style,
			.words = vv_page_change_words(p, change_said(p, c)));
}

/* one: in the history of one table, which may have had another name then; else of all. */
static void put_entry(vv_page *p, const vv_web_log_entry *e, bool one)
{
	const vv_web_change *c = one && e->count > 0 ? e->changes : NULL;
	const char *path = c ? c->path : NULL;
	const char *at = vv_page_to_commit(p, &e->before, &e->commit, path);

	part_log_entry_begin(
		&p->html, .subject = vv_page_subject(&e->commit),
		.waits = vv_page_waits(p, &e->commit), .at = at, .iso = vv_page_iso(p, &e->commit),
		.when = vv_page_moment(p, &e->commit), .author = e->commit.author,
		.brief = e->commit.brief,
		.at_version = c && c->kind == VV_WEB_REMOVED
				      ? NULL
				      : vv_page_to(p, VV_WEB_AT_TABLE, e->commit.hex, path));
	vv_array_each(e->changes, e->count, change) {
		vv_page_put_change(p, &e->before, &e->commit, change);
	}
	if (e->more) {
		part_log_more(&p->html, .at = at, .text = "and more files");
	} else if (e->count == 0) {
		part_log_quiet(&p->html, .text = "no file changed");
	}
	part_log_entry_end(&p->html);
}

/* How many entries have a change that could not be counted, since rows are not here; *why: the gap. */
static size_t count_gaps(const vv_web_log *log, vv_gap *why)
{
	size_t found = 0;

	vv_array_each(log->entries, log->count, e) {
		vv_gap gap = VV_GAP_NONE;

		vv_array_each(e->changes, e->count, c) {
			vv_gap_add(&gap, c->gap);
		}
		found += gap != VV_GAP_NONE;
		vv_gap_add(why, gap);
	}
	return found;
}

static void put_missing_note(vv_page *p, const vv_web_log *log)
{
	vv_gap gap = VV_GAP_NONE;
	const size_t n = count_gaps(log, &gap);

	if (n > 0) {
		part_note(&p->html,
			  .text = vv_page_text(p, "%s could not be compared, since %s.",
					       vv_text_counted(n, "version", NULL),
					       vv_web_gap_words(gap)),
			  .hint = vv_page_gap_hint(p, gap));
	}
}

static void put_log(vv_page *p, const vv_web_log *log, bool one)
{
	vv_web_address to = *p->at;

	if (log->count == 0) {
		part_nothing(&p->html, .text = p->asked->commit.none ? "No version to show yet."
								     : "Nothing has changed.");
		return;
	}
	part_log_begin(&p->html);
	for (size_t i = 0, same; i < log->count; i += same) {
		const vv_web_log_entry *e = &log->entries[i];

		same = vv_page_alike(e, log->count - i, FOLDED);
		if (same > 1) {
			part_log_fold_begin(
				&p->html, .words = vv_page_alike_words(p, e, same),
				.text = vv_page_text(p, "%zu similar versions, %s to %s: %s", same,
						     vv_page_day(p, &e[same - 1].commit),
						     vv_page_day(p, &e->commit),
						     vv_page_subject(&e->commit)));
		}
		vv_array_each(e, same, it) {
			put_entry(p, it, one);
		}
		if (same > 1) {
			part_log_fold_end(&p->html);
		}
	}
	part_log_end(&p->html);
	if (!log->complete) {
		to.after = log->next;
		to.path = log->next_path ? log->next_path : to.path;
		vv_page_older(p, &to);
	}
}

static vv_status read_log(vv_page *p, const char *path, vv_web_log *out, vv_error *err)
{
	const vv_web_log_query q = {.path = path,
				    .from = &p->asked->commit,
				    .since = p->at->since,
				    .after = p->at->after,
				    .limit = p->at->limit ? p->at->limit : OF_HISTORY};
	vv_status rc = vv_web_log_read(p->asked->visit, &q, out, err);

	return rc < 0 ? rc : vv_web_log_must(out, &q, err);
}

/* ---- the history of a dataset */

/* A plot shows the versions of its page, which need not be all. */
static const char *plot_title(vv_page *p, const vv_web_log *log, const char *words)
{
	if (log->complete && !p->at->after) return words;
	return vv_page_text(p, "%s: %s %zu versions", words, p->at->after ? "these" : "the newest",
			    log->count);
}

static void put_bars(vv_page *p, const vv_web_log *log, const vv_plot_bar *bars, size_t count)
{
	static const char *const kinds[VV_PLOT_STACK] = {"added", "removed", "changed"};
	static const char *const words[VV_PLOT_STACK] = {"rows added", "rows removed",
							 "rows changed"};

	vv_plot_bars(
		p,
		&(vv_plot){.title = plot_title(p, log, "Rows changed, version by version"),
			   .words = vv_page_text(p, "Bars: rows added, removed and changed in %s",
						 vv_text_counted(count, "version", NULL))},
		kinds, bars, count);
	part_legend_begin(&p->html);
	for (size_t i = 0; i < VV_PLOT_STACK; i++) {
		part_legend_key(&p->html, .kind = kinds[i], .text = words[i]);
	}
	part_legend_end(&p->html);
}

/* Each whole year, compared with the one before. */
static void put_years(vv_page *p, const char *path, int64_t first, int64_t last)
{
	const long end = strtol(vv_page_iso(p, &(vv_web_commit){.time = last}), NULL, 10);
	long year = strtol(vv_page_iso(p, &(vv_web_commit){.time = first}), NULL, 10) + 1;
	vv_html *links = vv_page_piece_new(p);

	for (year = year < end - YEARS ? end - YEARS : year; year <= end; year++) {
		const vv_web_address to = {.base = p->at->base,
					   .place = VV_WEB_AT_COMPARE,
					   .other_rev = vv_page_text(p, "%ld-12-31", year - 1),
					   .rev = vv_page_text(p, "%ld-12-31", year),
					   .path = path};
		const char *at = vv_page_link(p, &to);
		if (at) {
			part_words(links, .text = " ");
			part_link(links, .at = at, .text = vv_page_text(p, "%ld", year));
		}
	}
	if (!vv_html_is_empty(links)) {
		part_years(&p->html, .links = links);
	}
}

/* Rows over the whole history, where the page has only its newest versions, and its first version; false: not known. */
static bool put_all_rows(vv_page *p, const char *path, const vv_web_log *log, int64_t *first)
{
	vv_web_datasets all = {.count = 0};

	if (log->complete || p->at->after ||
	    vv_web_datasets_read(p->asked->visit, &p->asked->commit, FILES, true, &all,
				 VV_IGNORED) < 0) {
		return false;
	}
	const vv_web_dataset *d = vv_array_find(all.items, all.tables, it,
						strcmp(it->path, path) == 0);
	const vv_plot_point *points = d && d->line_count > log->count && d->unread == 0
					      ? vv_plot_rows(p, d)
					      : NULL;
	if (points) {
		vv_plot_line(p,
			     &(vv_plot){.title = "Rows over time",
					.whole = true,
					.words = vv_page_text(p, "A line over %zu versions",
							      d->line_count)},
			     points, d->line_count);
		*first = d->line[0].time;
	}
	return points != NULL;
}

static vv_status put_plots(vv_page *p, const char *path, const vv_web_log *log, vv_error *err)
{
	size_t count = log->count;

	if (count < 2) return VV_OK;
	int64_t first = log->entries[count - 1].commit.time;
	vv_plot_bar *bars = vv_arena_calloc(&p->arena, count, sizeof(*bars));
	vv_plot_point *rows = vv_arena_calloc(&p->arena, count, sizeof(*rows));
	if (!bars || !rows) return vv_fail_nomem(err);
	for (size_t i = 0; i < count; i++) { /* oldest first */
		const vv_web_log_entry *e = &log->entries[count - 1 - i];
		const vv_change_counts *n = e->count > 0 ? &e->changes[0].counts : NULL;
		const char *said = e->count > 0 && e->changes[0].words ? e->changes[0].words : "";
		const char *day = vv_page_day(p, &e->commit);
		if (n && n->counted) {
			bars[i] = (vv_plot_bar){.parts = {(double)n->added, (double)n->removed,
							  (double)n->changed}};
		}
		bars[i].label = i == 0 || i == count - 1 ? day : NULL;
		bars[i].words = vv_page_text(p, "%s: %s", day, said);
		rows[i] = (vv_plot_point){
			e->commit.time, (double)e->rows,
			vv_page_text(p, "%s: %s", day, vv_text_counted(e->rows, "row", NULL))};
	}
	vv_gap gap = VV_GAP_NONE;

	part_plots_begin(&p->html);
	if (count_gaps(log, &gap) < count - 1) { /* of no version anything is known: no bars */
		put_bars(p, log, bars, count);
	}
	if (!put_all_rows(p, path, log, &first)) {
		vv_plot_line(
			p,
			&(vv_plot){.title = plot_title(p, log, "Rows over time"),
				   .whole = true,
				   .words = vv_page_text(
					   p, "A line from %s to %s",
					   vv_text_count(log->entries[count - 1].rows),
					   vv_text_counted(log->entries[0].rows, "row", NULL))},
			rows, count);
	}
	part_plots_end(&p->html);
	put_years(p, path, first, log->entries[0].commit.time);
	return VV_OK;
}

/* A stored table is known at once; a text with a table's name is one if it is readable as one. */
static bool is_table(vv_page *p, const char *path, const vv_web_log *log)
{
	bool by_name = log->count == 0 || log->entries[0].count == 0 ||
		       log->entries[0].changes[0].table;
	vv_web_table *t;

	if (!by_name ||
	    vv_web_table_open(p->asked->visit, &p->asked->commit, path, &t, VV_IGNORED) < 0) {
		return by_name;
	}
	return t->kind == VV_WEB_TABLE;
}

/* The version that the page's other views show; for a table that is gone, the last one that has it. */
static const vv_web_commit *version_of(vv_page *p, const vv_web_log *log)
{
	const vv_web_log_entry *newest = log->entries;

	return log->count > 0 && newest->count > 0 && !p->at->after &&
			       newest->changes[0].kind == VV_WEB_REMOVED
		       ? &newest->before
		       : &p->asked->commit;
}

static vv_status put_history(vv_page *p, const char *path, const vv_web_log *log, vv_error *err)
{
	bool table = path && is_table(p, path, log);
	vv_status rc;

	vv_page_frame frame = {
		.title = vv_page_text(p, "History of %s", path ? path : p->asked->repository),
		.dataset = path,
		.file = !table};

	frame.description = vv_page_text(p, "%s%s", vv_text_counted(log->count, "version", NULL),
					 log->complete ? "" : ", and older ones");
	if (path) {
		frame.version = version_of(p, log);
	} else {
		frame.heading = p->asked->token ? "Versions" : "Commits";
		frame.version = &p->asked->commit;
	}
	vv_page_begin(p, &frame);
	if (table && (rc = put_plots(p, path, log, err)) < 0) return rc;
	put_missing_note(p, log);
	put_log(p, log, path != NULL);
	return VV_OK;
}

vv_status vv_page_history(vv_page *p, vv_buf *out, vv_error *err)
{
	const char *path = p->at->path;
	vv_web_log log;
	vv_status rc;

	if ((rc = read_log(p, path, &log, err)) < 0) return rc;
	if ((rc = put_history(p, path, &log, err)) < 0) return rc;
	return vv_page_end(p, out, err);
}

/* ---- as a feed */

static const char *whole_address(vv_page *p, const char *at)
{
	return vv_page_text(p, "%s%s", p->asked->origin, at ? at : "/");
}

vv_status vv_page_feed(vv_page *p, vv_buf *out, vv_error *err)
{
	const vv_web_commit *newest = &p->asked->commit;
	vv_web_log log = {.count = 0};
	vv_status rc;

	if ((rc = read_log(p, NULL, &log, err)) < 0) return rc;
	part_feed_begin(&p->html, .title = p->asked->repository,
			.self = whole_address(p, vv_page_link(p, p->at)),
			.home = whole_address(p, vv_page_to(p, VV_WEB_AT_OVERVIEW, NULL, NULL)),
			.updated = newest->none ? "1970-01-01T00:00:00Z" : vv_page_iso(p, newest));
	vv_array_each(log.entries, log.count, e) {
		const char *said = "";

		vv_array_each(e->changes, e->count, c) {
			said = vv_page_text(p, "%s%s%s: %s", said, c > e->changes ? "; " : "",
					    c->path, change_said(p, c));
		}
		part_feed_entry(
			&p->html, .title = vv_page_subject(&e->commit),
			.at = whole_address(p, vv_page_to_commit(p, &e->before, &e->commit, NULL)),
			.updated = vv_page_iso(p, &e->commit), .author = e->commit.author,
			.words = said);
	}
	part_feed_end(&p->html);
	return p->failed ? vv_fail_nomem(err) : vv_html_take(&p->html, out, err);
}
