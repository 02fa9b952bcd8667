/*
 * suggest: which versions are learnt from, and which candidates stay.
 */
#include "lib/check/suggest.h"

#include <string.h>
#include <strings.h>

#include "base/array.h"
#include "base/hash.h"
#include "base/hash_index.h"
#include "base/sys.h"
#include "base/text.h"
#include "check/past/profile.h"
#include "check/rules/check.h"
#include "check/rules/checks.h"
#include "check/rules/rules.h"
#include "dataset/format/form.h"
#include "lib/check/input.h"
#include "lib/check/list.h"
#include "lib/check/timeline.h"
#include "repo/git/history/log.h"

#define LESSONS 4u /* versions that are learnt from: each quarter's last one */

#define RANGES_AFTER 10u /* versions: what fewer have in common is often left within a year */

static const unsigned slacks[] = {25, 100,
				  400}; /* of ranges, in percent; the first valid one is used */
#define SLACKS (sizeof(slacks) / sizeof(slacks[0]))

/* An export that was cut off. */
static const char *const losses[SLACKS] = {"count(*) >= 0.9 * base", "count(*) >= 0.75 * base",
					   "count(*) >= 0.5 * base"};

/* Rules about a night's changes. '#' is a column. The first line of a stem whose `tried` all versions
 * meet is suggested: its bounds are wider, so that a usual night has room. */
typedef enum night_columns {
	OF_TABLE,   /* no column */
	OF_NUMBERS, /* columns of numbers, except those of the key */
	OF_SUMS,    /* the same, in a table without a key */
	OF_OTHERS,  /* all columns, except those of the key; a table with a key */
	OF_GROWING  /* columns of whole numbers and dates */
} night_columns;

#define EARLY 3u /* versions from which the loosest bounds are suggested */

#define WHOLE "share(*)" /* makes the lines of OF_OTHERS superfluous */

static const struct night_rule {
	night_columns of;
	unsigned versions; /* that the table must have */
	const char *stem, *suggested, *tried;
} night_rules[] = {
	{OF_TABLE, RANGES_AFTER, "count(*) <=", "count(*) <= 1.1 * base",
	 "count(*) <= 1.03 * base"},
	{OF_TABLE, RANGES_AFTER, "count(*) <=", "count(*) <= 1.5 * base", "count(*) <= 1.1 * base"},
	{OF_TABLE, EARLY, "count(*) <=", "count(*) <= 1.9 * base", "count(*) <= 1.3 * base"},
	{OF_TABLE, RANGES_AFTER, WHOLE, "share(old.* <> new.*) <= 0.3",
	 "share(old.* <> new.*) <= 0.1"},
	{OF_TABLE, EARLY, WHOLE, "share(old.* <> new.*) <= 0.6", "share(old.* <> new.*) <= 0.3"},
	/* an old file */
	{OF_TABLE, RANGES_AFTER, "share(new.*)", "share(new.* = older.*) <= 0.5",
	 "share(new.* = older.*) <= 0.3"},
	{OF_TABLE, EARLY, "share(new.*)", "share(new.* = older.*) <= 0.9",
	 "share(new.* = older.*) <= 0.7"},
	{OF_NUMBERS, RANGES_AFTER, "avg(#)", "avg(#) between 0.9 * base and 1.1 * base",
	 "avg(#) between 0.98 * base and 1.02 * base"},
	{OF_NUMBERS, RANGES_AFTER, "avg(#)", "avg(#) between 0.75 * base and 1.33 * base",
	 "avg(#) between 0.93 * base and 1.07 * base"},
	{OF_NUMBERS, EARLY, "avg(#)", "avg(#) between 0.5 * base and 1.9 * base",
	 "avg(#) between 0.8 * base and 1.25 * base"},
	/* means around 0 */
	{OF_NUMBERS, RANGES_AFTER, "avg(#)",
	 "abs(avg(#) - base) <= 0.1 * deviation(#) and deviation(#) between 0.5 * base and 1.9 * base",
	 "abs(avg(#) - base) <= 0.02 * deviation(#) and deviation(#) between 0.8 * base and 1.25 * base"},
	{OF_NUMBERS, EARLY, "avg(#)",
	 "abs(avg(#) - base) <= deviation(#) and deviation(#) between 0.5 * base and 1.9 * base",
	 "abs(avg(#) - base) <= 0.2 * deviation(#) and deviation(#) between 0.8 * base and 1.25 * base"},
	/* values that are not numbers any more have no mean */
	{OF_NUMBERS, RANGES_AFTER, "count(#)", "count(#) >= 0.75 * base",
	 "count(#) >= 0.93 * base"},
	{OF_NUMBERS, EARLY, "count(#)", "count(#) >= 0.5 * base", "count(#) >= 0.8 * base"},
	{OF_SUMS, RANGES_AFTER, "sum(#)", "sum(#) between 0.75 * base and 1.33 * base",
	 "sum(#) between 0.93 * base and 1.07 * base"},
	{OF_SUMS, EARLY, "sum(#)", "sum(#) between 0.5 * base and 1.9 * base",
	 "sum(#) between 0.8 * base and 1.25 * base"},
	{OF_OTHERS, RANGES_AFTER, "share(#)", "share(old.# <> new.#) <= 0.1",
	 "share(old.# <> new.#) <= 0.02"},
	{OF_OTHERS, RANGES_AFTER, "share(#)", "share(old.# <> new.#) <= 0.3",
	 "share(old.# <> new.#) <= 0.1"},
	{OF_OTHERS, EARLY, "share(#)", "share(old.# <> new.#) <= 0.6",
	 "share(old.# <> new.#) <= 0.3"},
	{OF_GROWING, RANGES_AFTER, "max(#)", "max(#) >= base", "max(#) >= base"},
};

#define NIGHT_RULES (sizeof(night_rules) / sizeof(night_rules[0]))

/* A greatest value that grows in at least half of the versions: an old file has a lesser one. */
#define GROWS "max(#) > base"

/* One line. */
typedef struct candidate {
	const char *text;
	const char *tried; /* the line that versions are checked with; mostly the text */
	/* the start that alternatives to this line share, of which at most one is suggested; mostly
	 * a part of the text, such as "count(*) >= " */
	const char *stem;
	size_t stem_len;
	unsigned versions; /* that the table must have */
	bool grows;        /* of GROWS: never suggested */
	bool of_column;    /* of OF_OTHERS */
	bool growing;  /* the candidate before is of GROWS, and half of the versions must meet it */
	size_t lesson; /* the last is the newest version */
	size_t slack;
	size_t failed, away; /* versions in which it failed, or does not apply */
	bool late;           /* it failed after its lesson */
	bool gone;           /* it does not apply to the newest version */
	size_t first, next;  /* the first of its stem, and the next (0: none); places in items */
} candidate;

/* One table. */
typedef struct learning {
	vv_check_run *run;
	const char *path;
	size_t document; /* as in vv_check_path */
	vv_arena arena;
	vv_oid *commits; /* that changed it, oldest first */
	size_t commit_count, commit_cap;
	const char *section;
	candidate *items;
	size_t count, cap;
	vv_timeline t;
	size_t versions;
} learning;

static void learning_clear(learning *l)
{
	vv_arena_clear(&l->arena);
	vv_free_all(l->commits, l->items);
	vv_timeline_clear(&l->t);
}

VV_AUTO_CLEAR(learning, learning_clear)

static vv_status find_versions(learning *l, const vv_oid *head, vv_error *err)
{
	const char *paths[] = {l->document > 0 ? vv_arena_strndup(&l->arena, l->path, l->document)
					       : l->path,
			       NULL};
	vv_range range = {.include = *head};
	const vv_log_options o = {.ranges = &range,
				  .range_count = 1,
				  .paths = paths,
				  .first_parent = true,
				  .reverse = true,
				  .topo = true};
	vv_auto(vv_log) *log = NULL;
	vv_oid id;
	int more = 0;
	vv_status rc = paths[0] ? vv_log_open(&log, l->run->repo, &o, err) : vv_fail_nomem(err);

	while (rc == VV_OK && (more = vv_log_next(log, &id, err)) > 0) {
		if (!vv_array_add(l->commits, l->commit_count, l->commit_cap, id)) {
			return vv_fail_nomem(err);
		}
	}
	return rc < 0 ? rc : (vv_status)more;
}

/* --- candidates ------------------------------------------------------------------------------ */

/* Where a name in a line ends. */
static size_t name_len(const char *line)
{
	size_t i = 1;

	if (*line != '"') return strcspn(line, " ");
	for (; line[i] && (line[i] != '"' || line[i + 1] == '"'); i++) {
		i += line[i] == '"';
	}
	return i + (line[i] == '"');
}

/* The length of the stem of a line: of ranges, it is the column. */
static size_t stem_len_of(const char *line)
{
	static const char *const words[] = {" in (", " matches ", " >= ", " <= ", " between "};
	const size_t name = name_len(line);

	const size_t count = sizeof(words) / sizeof(words[0]);
	const size_t at = vv_find_place(k, count,
					strncmp(line + name, words[k], strlen(words[k])) == 0);

	if (at == count) return strlen(line);
	return name + (at < 2 ? strlen(words[at]) : 0);
}

/* A range, to its values, is its column alone. */
static bool is_bounded(const candidate *c)
{
	return c->stem == c->text && c->text[c->stem_len] != '\0' &&
	       c->stem_len == name_len(c->text);
}

/* Makes one line of two bounds. */
static bool is_range(learning *l, candidate *c, const char *line)
{
	const size_t n = c->stem_len;

	if (strncmp(c->text, line, n) != 0 || strncmp(c->text + n, " >= ", 4) != 0 ||
	    strncmp(line + n, " <= ", 4) != 0) {
		return false;
	}
	c->text = vv_arena_printf(&l->arena, "%.*s between %s and %s", (int)n, line,
				  c->text + n + 4, line + n + 4);
	c->tried = c->stem = c->text;
	return true;
}

static vv_status take_lines(learning *l, const vv_buf *text, size_t lesson, size_t slack,
			    vv_error *err)
{
	const size_t before = l->count;

	for (vv_line in = {.rest = vv_buf_cstr(text)}; vv_line_next(&in);) {
		const char *line = vv_arena_strndup(&l->arena, in.text, in.len);

		if (!line) return vv_fail_nomem(err);
		if (*line == '[') {
			l->section = line;
		} else if (l->count > before && is_range(l, &l->items[l->count - 1], line)) {
			if (!l->items[l->count - 1].text) return vv_fail_nomem(err);
		} else if (*line && strncmp(line, "--", 2) != 0) {
			if (!vv_array_add(l->items, l->count, l->cap,
					  (candidate){.text = line,
						      .tried = line,
						      .stem = line,
						      .stem_len = stem_len_of(line),
						      .lesson = lesson,
						      .slack = slack})) {
				return vv_fail_nomem(err);
			}
		}
	}
	return VV_OK;
}

static vv_status spell_candidates(learning *l, vv_buf *out, vv_table *t, const vv_buf *schema,
				  vv_error *err)
{
	vv_auto(vv_rule_set) rules = {0};
	vv_auto(vv_check_result) result = {0};
	const vv_check_options o = {.rules = &rules,
				    .path = l->path,
				    .schema = schema->data,
				    .schema_len = schema->len,
				    .schema_name = l->path,
				    .spelled = out};
	vv_status rc = vv_rule_set_for(&rules, NULL, l->path, err);

	return rc < 0 ? rc : vv_check_table(&result, t, &o, err);
}

/* --- rules about nights ---------------------------------------------------------------------- */

static bool is_of(const vv_table *t, night_columns of, const vv_field *f)
{
	const bool whole = f->type == VV_TYPE_INTEGER, number = whole || f->type == VV_TYPE_NUMBER,
		   key = vv_array_find(t->root.key, t->root.key_count, k,
				       strcmp(*k, f->name) == 0) != NULL;

	switch (of) {
	case OF_NUMBERS:
		return number && !key;
	case OF_SUMS:
		return number && t->root.key_count == 0;
	case OF_OTHERS:
		return !key && t->root.key_count > 0;
	case OF_GROWING:
		return whole || f->type == VV_TYPE_DATE || f->type == VV_TYPE_DATETIME;
	default:
		return false;
	}
}

/* The text with the column in the place of each '#'. NULL: without memory. */
static const char *with_column(learning *l, const char *text, const char *column)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;

	for (const char *p = text; *p; p++) {
		if (*p == '#') {
			vv_buf_puts(&b, column);
		} else {
			vv_buf_putc(&b, *p);
		}
	}
	return b.failed ? NULL : vv_arena_strndup(&l->arena, vv_buf_cstr(&b), b.len);
}

static vv_status add_night(learning *l, size_t rule, const char *column, vv_error *err)
{
	const struct night_rule *r = &night_rules[rule];
	candidate c = {.text = with_column(l, r->suggested, column),
		       .tried = with_column(l, r->tried, column),
		       .stem = with_column(l, r->stem, column),
		       .versions = r->versions,
		       .lesson = LESSONS - 1,
		       .slack = SLACKS + rule,
		       .of_column = r->of == OF_OTHERS,
		       .growing = r->of == OF_GROWING};
	const char *grows = with_column(l, GROWS, column);

	if (!c.text || !c.tried || !c.stem || !grows) return vv_fail_nomem(err);
	c.stem_len = strlen(c.stem);
	if (c.growing) {
		const candidate partner = {.text = grows,
					   .tried = grows,
					   .stem = grows,
					   .stem_len = strlen(grows),
					   .lesson = LESSONS - 1,
					   .slack = c.slack,
					   .grows = true};

		if (!vv_array_add(l->items, l->count, l->cap, partner)) return vv_fail_nomem(err);
	}
	return vv_array_add(l->items, l->count, l->cap, c) ? VV_OK : vv_fail_nomem(err);
}

static vv_status learn_nights(learning *l, const vv_table *t, vv_error *err)
{
	vv_auto(vv_buf) column = VV_BUF_INIT;
	vv_status rc = VV_OK;

	for (size_t r = 0; r < NIGHT_RULES && rc == VV_OK; r++) {
		if (night_rules[r].of == OF_TABLE) {
			rc = add_night(l, r, "", err);
		}
	}
	for (size_t i = 0; i < t->schema.count && rc == VV_OK; i++) {
		const vv_field *f = &t->schema.fields[i];

		vv_buf_reset(&column);
		vv_check_put_column(&column, &t->schema, i, vv_form_is_typed(t->root.dialect.form));
		rc = vv_buf_ok(&column, err);
		for (size_t r = 0; r < NIGHT_RULES && rc == VV_OK; r++) {
			if (is_of(t, night_rules[r].of, f)) {
				rc = add_night(l, r, vv_buf_cstr(&column), err);
			}
		}
	}
	return rc;
}

/* Makes the candidates of a version. */
static vv_status learn_version(learning *l, const vv_oid *commit, size_t lesson, vv_error *err)
{
	vv_check_run *run = l->run;
	vv_auto(vv_diff_side) side = {0};
	vv_auto(vv_check_input) in = {0};
	vv_auto(vv_profile) *profile = NULL;
	const vv_check_input_options look = {
		.repo = run->repo, .reader = run->reader, .side = &side, .progress = run->progress};
	vv_status rc = vv_diff_side_commit(&side, run->repo, commit, NULL, err);

	if (rc < 0) return rc;
	rc = vv_check_input_open(&in, l->path, &look, err);
	if (rc == VV_ENOTFOUND || in.broken) return VV_OK; /* a version without the table */
	if (rc < 0 || !in.open || in.mend || in.table.root.kind != VV_KIND_TABLE ||
	    (rc = vv_profile_make(&profile, &in.table, run->temp_dir, run->progress, err)) < 0 ||
	    (rc = vv_profile_find_unique(profile, run->temp_dir, err)) < 0) {
		return rc;
	}
	for (size_t i = 0; i < SLACKS; i++) {
		vv_auto(vv_buf) schema = VV_BUF_INIT, lines = VV_BUF_INIT;
		const candidate loss = {.text = losses[i],
					.tried = losses[i],
					.stem = losses[i],
					.stem_len = sizeof("count(*) >= ") - 1,
					.lesson = lesson,
					.slack = i};

		vv_profile_loosen(profile, slacks[i]);
		if ((rc = vv_profile_schema(&schema, profile, err)) < 0 ||
		    (rc = spell_candidates(l, &lines, &in.table, &schema, err)) < 0 ||
		    (rc = take_lines(l, &lines, lesson, i, err)) < 0) {
			return rc;
		}
		if (!vv_array_add(l->items, l->count, l->cap, loss)) return vv_fail_nomem(err);
	}
	/* these have no values of a version, so that the newest one is enough */
	return lesson == LESSONS - 1 ? learn_nights(l, &in.table, err) : VV_OK;
}

/* --- what became of them --------------------------------------------------------------------- */

static size_t place_of(const learning *l, const vv_oid *commit)
{
	const char *hex = vv_oid_shows(commit);

	return vv_find_place(i, l->t.commit_count, strcmp(l->t.commits[i].hex, hex) == 0);
}

static const vv_oid *lesson_commit(const learning *l, size_t lesson)
{
	return &l->commits[l->commit_count * (lesson + 1) / LESSONS - 1];
}

static bool same_stem(const candidate *a, const candidate *b)
{
	return a->stem_len == b->stem_len && strncmp(a->stem, b->stem, a->stem_len) == 0;
}

/* Links the candidates of each stem. */
static bool link_stems(learning *l)
{
	vv_auto(vv_hash_index) stems = {0};
	vv_auto_free size_t *last = vv_calloc(l->count + 1, sizeof(*last)); /* by the first */
	bool room = last != NULL;

	for (size_t i = 0; i < l->count && room; i++) {
		candidate *c = &l->items[i];
		const uint64_t hash = vv_xxh3(c->stem, c->stem_len, vv_hash_seed());
		const candidate *first = vv_hash_find(l->items, &stems, hash, b, same_stem(b, c));

		c->first = first ? first->first : i;
		if (first) {
			l->items[last[c->first]].next = i;
		} else {
			room = vv_hash_index_add(&stems, hash, i);
		}
		last[c->first] = i;
	}
	return room;
}

static const candidate *next_of(const learning *l, const candidate *c)
{
	return c->next > 0 ? &l->items[c->next] : NULL;
}

/* Is its text that of one before? */
static bool is_again(const learning *l, const candidate *c)
{
	const candidate *b = &l->items[c->first];

	while (b < c && strcmp(b->tried, c->tried) != 0) {
		b = next_of(l, b);
	}
	return b < c;
}

/* The result of a version for the candidate, and for all with its text. */
static void note_result(learning *l, const candidate *of, const vv_timeline_result *v,
			const size_t *places, size_t newest)
{
	for (size_t i = of->first;; i = l->items[i].next) {
		candidate *c = &l->items[i];

		if (strcmp(c->tried, of->tried) == 0) {
			c->away += v->count.unread;
			c->failed += !v->count.unread;
			c->gone = c->gone || (v->count.unread && v->commit == newest);
			c->late = c->late || (!v->count.unread && v->commit > places[c->lesson]);
		}
		if (c->next == 0) return;
	}
}

static vv_status check_candidates(learning *l, const vv_oid *head, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	char *path = (char *)(uintptr_t)l->path;
	size_t newest = 0, places[LESSONS];
	vv_status rc;

	vv_buf_printf(&text, "%s\n", l->section);
	for (size_t i = 0; i < l->count; i++) {
		if (!is_again(l, &l->items[i])) {
			vv_buf_printf(&text, "r%zu: %s\n", i, l->items[i].tried);
		}
	}
	if ((rc = vv_buf_ok(&text, err)) < 0 ||
	    (rc = vv_timeline_try(&l->t, l->run, head, &text, path, err)) < 0) {
		return rc;
	}
	for (size_t i = 0; i < LESSONS; i++) {
		places[i] = l->commit_count * (i + 1) < LESSONS ? 0
								: place_of(l, lesson_commit(l, i));
	}
	vv_array_each(l->t.results, l->t.result_count, v) {
		l->versions += !v->count.rule;
		newest = v->commit > newest ? v->commit : newest;
	}
	vv_array_each(l->t.results, l->t.result_count, v) {
		uint64_t n;

		if (!v->count.name || *v->count.name != 'r' ||
		    !vv_parse_u64(&n, v->count.name + 1, strlen(v->count.name + 1)) ||
		    n >= l->count) {
			continue;
		}
		note_result(l, &l->items[n], v, places, newest);
	}
	return VV_OK;
}

/* In how many versions the candidate must apply and be met. A young column has a few only. */
static size_t versions_needed(const learning *l, const candidate *c)
{
	const size_t any = l->versions < EARLY ? l->versions : EARLY;
	const size_t needed = is_bounded(c) ? RANGES_AFTER : c->versions;

	return needed > any ? needed : any;
}

/* Would it, from an earlier version, be valid until now? */
static bool candidate_stays(const learning *l, const candidate *c)
{
	bool late = false;

	for (const candidate *b = &l->items[c->first]; b; b = next_of(l, b)) {
		late = late || (b->late && b->slack == c->slack);
	}
	if (c->grows || (c->growing && c[-1].failed * 2 > l->versions)) return false;
	return c->lesson == LESSONS - 1 && c->failed == 0 && !c->gone && !late &&
	       l->versions - c->away >= versions_needed(l, c);
}

/* The first candidate of a stem that stays; NULL: none, or c is not the first of its stem. */
static const candidate *choose_candidate(const learning *l, const candidate *c)
{
	const candidate *b = &l->items[c->first];

	while (b->lesson != c->lesson) {
		b = next_of(l, b);
	}
	if (b != c) return NULL;
	for (; b; b = next_of(l, b)) {
		if (b->lesson == c->lesson && candidate_stays(l, b)) return b;
	}
	return NULL;
}

/* The lines of a table in varve.checks, by their texts. */
typedef struct lines_there {
	const char **texts;
	size_t count, cap;
	vv_hash_index index;
} lines_there;

static void lines_there_clear(lines_there *w)
{
	vv_free(w->texts);
	vv_hash_index_clear(&w->index);
}

VV_AUTO_CLEAR(lines_there, lines_there_clear)

static uint64_t hash_of(const char *text)
{
	return vv_xxh3(text, strlen(text), vv_hash_seed());
}

static bool read_lines_there(lines_there *w, const vv_rules_file *rules, const char *path)
{
	const vv_check_rule *rule;
	bool room = true;

	for (size_t i = 0; room && (rule = vv_rules_check(rules, path, &i));) {
		room = vv_hash_add(w->texts, w->count, w->cap, &w->index, hash_of(rule->text),
				   rule->text);
	}
	return room;
}

static bool is_written(const lines_there *w, const char *text)
{
	return vv_hash_find(w->texts, &w->index, hash_of(text), it, strcmp(*it, text) == 0) != NULL;
}

/* Those valid in the same number of versions are under one comment. */
static vv_status put_all(vv_buf *out, const learning *l, const vv_rules_file *rules, vv_error *err)
{
	vv_auto(lines_there) there = {0};
	vv_auto_free const candidate **chosen = vv_calloc(l->count + 1, sizeof(const candidate *));
	size_t before = out->len, count = 0;
	bool whole = false;

	if (!chosen || !read_lines_there(&there, rules, l->path)) return vv_fail_nomem(err);
	vv_array_each(l->items, l->count, it) {
		const candidate *c = choose_candidate(l, it);

		whole = whole || (c && strcmp(c->stem, WHOLE) == 0);
		if (c && !(whole && c->of_column) && !is_written(&there, c->text)) {
			chosen[count++] = c;
		}
	}
	for (size_t away = 0; away < l->versions; away++) {
		bool any = false;

		for (size_t i = 0; i < count; i++) {
			const candidate *c = chosen[i];

			if (c->away != away) {
				continue;
			}
			if (out->len == before) {
				vv_buf_printf(out, "%s%s\n", before > 0 ? "\n" : "", l->section);
			}
			if (!any) {
				vv_buf_printf(out, "-- true in %s of %s\n",
					      vv_text_count(l->versions - away),
					      vv_text_counted(l->versions, "version", NULL));
			}
			any = true;
			vv_buf_printf(out, "%s\n", c->text);
		}
	}
	return VV_OK;
}

static vv_status suggest_for(vv_buf *out, learning *l, const vv_oid *head,
			     const vv_rules_file *rules, vv_error *err)
{
	vv_status rc = find_versions(l, head, err);

	for (size_t i = 0; i < LESSONS && rc == VV_OK; i++) {
		const bool any = l->commit_count * (i + 1) >= LESSONS;

		if (any && (i == LESSONS - 1 || lesson_commit(l, i) != lesson_commit(l, i + 1))) {
			rc = learn_version(l, lesson_commit(l, i), i, err);
		}
	}
	if (rc < 0 || l->count == 0) return rc;
	if (!link_stems(l)) return vv_fail_nomem(err);
	rc = check_candidates(l, head, err);
	return rc < 0 ? rc : put_all(out, l, rules, err);
}

vv_status vv_check_suggest(vv_buf *out, size_t *tables, vv_check_run *run, const vv_oid *commit,
			   const vv_diff_side *written, int argc, char **argv, vv_error *err)
{
	static const char *const codes[] = {"row-constraint", "table-constraint",
					    "change-constraint", "unique-error"};
	vv_auto(vv_check_list) list = {0};
	vv_auto(vv_rules_file) *rules = NULL;
	vv_auto(vv_diff_side) side = {0};
	vv_status rc;

	*tables = 0;
	run->only = codes;
	run->only_count = sizeof(codes) / sizeof(codes[0]);
	if ((rc = vv_diff_side_commit(&side, run->repo, commit, NULL, err)) < 0) return rc;
	if ((rc = vv_check_rules_read(&rules, run->reader, written, err)) == VV_EINPUT) {
		vv_notes_warn(vv_repository_notes(run->repo), "%s", err->message);
		rc = vv_error_excuse(rc, true, err);
	}
	if (rc < 0 ||
	    (rc = vv_check_list_read(&list, run->repo, run->reader, &side, NULL, argc, argv,
				     VV_CHECK_ALL_OF, err)) < 0 ||
	    (!run->no_documents &&
	     (rc = vv_check_list_open_documents(&list, run->repo, run->reader, &side, rules, false,
						err)) < 0)) {
		return rc;
	}
	vv_array_each(list.items, list.count, it) {
		vv_auto(learning) l = {.run = run,
				       .path = it->path,
				       .document = it->document,
				       .arena = VV_ARENA_INIT};

		if (it->absent) {
			continue;
		}
		if ((rc = suggest_for(out, &l, commit, rules, err)) < 0) return rc;
		*tables += 1;
	}
	return vv_buf_ok(out, err);
}
