/*
 * base_rows: finds rows and values that differ from the base in a way that rules forbid: values
 * that contradict a column's former type (with a proposal), rows and cells against their bounds.
 *
 * Two ways lead to a contradicting value. A stored version keeps its parent's types, so that a
 * wrong value is a type-error of the version itself: vv_base_recode renames it. If the type changed
 * for the value instead, or type-errors are not checked, the values are read here.
 */
#include "check/past/base_internal.h"

#include <string.h>

#include "base/array.h"
#include "base/hint_text.h"
#include "base/sys.h"
#include "base/text.h"
#include "check/past/contradiction.h"
#include "dataset/rows/condition_run.h"
#include "dataset/table/table.h"
#include "diff/rows/rowdiff.h"

static bool field_accepts(const vv_table *t, const vv_field *f, const vv_cell *cell)
{
	return base_is_json(t) ? vv_field_accepts_json(f, cell) : vv_field_accepts(f, cell);
}

static bool takes_anything(const vv_field *f)
{
	return f->type == VV_TYPE_ANY ||
	       (f->type == VV_TYPE_STRING && strcmp(f->format, "default") == 0);
}

/* A search in one column. */
typedef struct hunt {
	base_check *c;
	size_t a, b;
	bool all; /* include values refused by the column's own type, otherwise type-errors */
	uint64_t found;
	/* NULL setting: only counted */
	const vv_rule_setting *setting;
	base_quota quota;
	const size_t *wanted; /* b, and the places of t's key */
	size_t key_count;
} hunt;

static bool cell_contradicts(const hunt *h, const vv_cell *cell)
{
	const vv_field *was = &h->c->base->schema.fields[h->a], *is = &h->c->t->schema.fields[h->b];

	return !vv_field_missing(is, cell) && !vv_field_missing(was, cell) &&
	       (!field_accepts(h->c->t, was, cell) ||
		vv_field_is_code(was, cell->text, cell->len)) &&
	       (h->all || field_accepts(h->c->t, is, cell));
}

static void give_contradiction(hunt *h, const vv_batch *b, size_t row)
{
	base_check *c = h->c;
	const vv_field *was = &c->base->schema.fields[h->a], *is = &c->t->schema.fields[h->b];
	const vv_cell *cells = &b->cells[row * b->columns], *cell = &cells[h->b];
	vv_finding f = base_finding(c, h->setting, is->name);

	base_set_key(c, &f, c->t, h->wanted + 1, h->key_count, cells);
	f.row = b->first_row + row + 1;
	f.value = cell->text ? cell->text : "";
	f.value_len = cell->len;
	if (vv_field_is_code(was, f.value, f.value_len)) {
		vv_buf_puts(&c->message, "has a leading zero");
	} else {
		vv_buf_printf(&c->message, "is not %s", base_noun(was->type));
	}
	vv_buf_printf(&c->expected, "%s, as in the base", base_noun(was->type));
	if (is->type != was->type && vv_field_is_found(is)) {
		vv_buf_printf(&c->expected,
			      "; the column's type is detected from the data, and is "
			      "now %s",
			      vv_type_name(is->type));
	}
	vv_auto(vv_likely) likely = {.what = VV_BUF_INIT};
	vv_auto(vv_buf) intended = VV_BUF_INIT;
	vv_base_propose(&likely, &intended, was, cell, c->o->path ? c->o->path : "", c->o->words);
	f.probably = likely.what.len > 0 ? vv_buf_cstr(&likely.what) : NULL;
	f.intended = intended.len > 0 ? vv_buf_cstr(&intended) : NULL;
	base_give(c, &h->quota, &f);
}

static void hunt_group(void *payload, const vv_batch *b)
{
	hunt *h = payload;

	for (size_t i = 0; i < b->rows; i++) {
		if (!cell_contradicts(h, &b->cells[i * b->columns + h->b])) {
			continue;
		}
		h->found++;
		if (h->setting) {
			give_contradiction(h, b, i);
		}
	}
}

/* Looks through what t has alone. */
static void hunt_through(hunt *h)
{
	base_each_new_group(h->c, h->a != h->b, h->wanted, h->key_count + 1, hunt_group, h);
}

uint64_t base_count_contradictions(base_check *c, size_t a, size_t b)
{
	hunt h = {.c = c, .a = a, .b = b, .wanted = &b};

	if (!takes_anything(&c->base->schema.fields[a])) {
		hunt_through(&h);
	}
	return h.found;
}

static void check_column(base_check *c, const vv_rule_setting *s, const vv_column_pair *p,
			 size_t *wanted, size_t key_count)
{
	hunt h = {.c = c,
		  .a = (size_t)p->a,
		  .b = (size_t)p->b,
		  .all = vv_rule_set_severity(c->rules, "type-error") == VV_SEVERITY_OFF,
		  .wanted = wanted,
		  .key_count = key_count};

	if (!h.all && !p->retyped) return;
	wanted[0] = h.b;
	if (s->mostly < VV_BILLION) {
		hunt_through(&h);
		if (base_tolerated(s->mostly, h.found, c->t->root.rows)) return;
		h.found = 0;
	}
	h.setting = s;
	hunt_through(&h);
	base_told(c, &h.quota);
}

void base_check_types(base_check *c)
{
	vv_auto_free size_t *wanted = vv_calloc(c->t->root.key_count + 2, sizeof(*wanted));
	const vv_rule_setting *s = NULL;

	if (c->how->declared) return;
	if (!wanted) {
		c->rc = vv_fail_nomem(c->err);
		return;
	}
	size_t n = base_key_places(c->t, wanted + 1, c->t->root.key_count);
	while ((s = base_setting(c, "type-contradiction", s))) {
		for (size_t i = 0; i < c->columns.count; i++) {
			const vv_column_pair *p = &c->columns.pairs[i];

			if (p->a < 0 || p->b < 0) {
				continue;
			}
			const vv_field *was = &c->base->schema.fields[p->a];
			const vv_field *is = &c->t->schema.fields[p->b];
			if (!takes_anything(was) &&
			    vv_rule_setting_has(s, is->name, is->name_len)) {
				check_column(c, s, p, wanted, n);
			}
		}
	}
}

/* Results of one walk over the differing rows. */
typedef struct row_walk {
	base_check *c;
	vv_rowdiff *diff;
	vv_rowdiff_stats stats;
	uint64_t *column_changes; /* of the pairs */
	size_t *key;              /* places in the base */
	size_t key_count;
} row_walk;

static bool is_asked(const base_check *c)
{
	static const char *const codes[] = {"rows-removed", "rows-added", "key-lost",
					    "cells-changed"};

	return vv_array_find(codes, sizeof(codes) / sizeof(codes[0]), it,
			     vv_rule_set_severity(c->rules, *it) != VV_SEVERITY_OFF) != NULL;
}

/* The base's key where both have its columns, else the new one's, else none. */
static const char *const *choose_key(const base_check *c, const char **names, vv_table *of)
{
	for (size_t i = 0; i < of->root.key_count; i++) {
		const char *name = of->root.key[i];
		long at = vv_schema_find(&of->schema, name, strlen(name));
		long other;

		if (at < 0) {
			other = -1;
		} else if (of == c->base) {
			other = vv_columns_to_new(&c->columns, (size_t)at);
		} else {
			other = vv_columns_to_old(&c->columns, (size_t)at);
		}

		if (other < 0) return NULL;
		/* rowdiff takes names of the new version */
		names[i] = of == c->base ? c->t->schema.fields[other].name : name;
	}
	names[of->root.key_count] = NULL;
	return of->root.key_count ? names : NULL;
}

static vv_status walk_open(row_walk *w)
{
	base_check *c = w->c;
	size_t most = c->base->root.key_count > c->t->root.key_count ? c->base->root.key_count
								     : c->t->root.key_count;
	static const char *const none[] = {NULL};
	vv_auto_free const char **names = vv_calloc(most + 1, sizeof(*names));
	vv_rowdiff_options o = {.columns = &c->columns,
				.temp_dir = c->o->temp_dir,
				.pool = c->o->pool,
				.progress = c->o->progress};

	if (!names) return vv_fail_nomem(c->err);
	o.key = choose_key(c, names, c->base);
	if (!o.key) {
		o.key = choose_key(c, names, c->t);
	}
	if (!o.key) {
		o.key = none;
	}
	return vv_rowdiff_open(&w->diff, c->base, c->t, &o, c->err);
}

/* The key's places in the base, for naming keys that are gone. */
static vv_status find_places(row_walk *w)
{
	const size_t *key = vv_rowdiff_key(w->diff, &w->key_count);

	if (!(w->key = vv_calloc(w->key_count + 1, sizeof(*w->key)))) {
		return vv_fail_nomem(w->c->err);
	}
	for (size_t i = 0; i < w->key_count; i++) {
		long a = vv_columns_to_old(&w->c->columns, key[i]);

		if (a < 0) {
			w->key_count = 0;
			break;
		}
		w->key[i] = (size_t)a;
	}
	return VV_OK;
}

/* The next row that differs. false: there is none, or the check has failed. */
static bool walk_next(row_walk *w, vv_row_change *change)
{
	return vv_rowdiff_next(w->diff, change, &w->c->rc, w->c->err);
}

static void take_stats(row_walk *w)
{
	const size_t count = w->c->columns.count;

	w->stats = *vv_rowdiff_stats_get(w->diff);
	if (!(w->column_changes = vv_calloc(count + 1, sizeof(*w->column_changes)))) {
		w->c->rc = vv_fail_nomem(w->c->err);
	} else if (count > 0) {
		memcpy(w->column_changes, w->stats.column_changes,
		       count * sizeof(*w->column_changes));
	}
}

static void give_lost(row_walk *w, const vv_rule_setting *s, base_quota *q,
		      const vv_row_change *change)
{
	base_check *c = w->c;
	vv_finding f = base_finding(c, s, NULL);

	base_set_key(c, &f, c->base, w->key, w->key_count, change->old_cells);
	vv_buf_puts(&c->message, "the row with this key no longer exists");
	base_put_bound(&c->expected, "at most", &s->max,
		       s->max.value == 1 ? "key gone" : "keys gone");
	base_give(c, q, &f);
}

/* Counts the differing rows. lost: reports the removed ones by this setting; may be NULL. */
static void walk_changes(row_walk *w, const vv_rule_setting *lost)
{
	base_check *c = w->c;
	base_quota quota = {0};
	vv_row_change change;

	if ((c->rc = walk_open(w)) == VV_OK) {
		c->rc = find_places(w);
	}
	while (walk_next(w, &change)) {
		if (lost && change.kind == VV_ROW_REMOVED) {
			give_lost(w, lost, &quota, &change);
		}
	}
	if (c->rc == VV_OK) {
		take_stats(w);
	}
	base_told(c, &quota);
	vv_rowdiff_close(w->diff);
	w->diff = NULL;
}

static void walk_clear(row_walk *w)
{
	vv_rowdiff_close(w->diff);
	vv_free_all(w->column_changes, w->key);
}
VV_AUTO_CLEAR(row_walk, walk_clear)

/* Reports c->message for n of `of` if the setting's bounds do not allow it. */
static void give_beyond(base_check *c, const vv_rule_setting *s, uint64_t n, uint64_t of)
{
	vv_finding f = base_finding(c, s, NULL);
	/* a setting with a lower bound alone does not limit from above */
	bool above = (s->max.given || !s->min.given) && base_above(&s->max, n, of);

	if (above || base_below(&s->min, n, of)) {
		base_put_bound(&c->expected, above ? "at most" : "at least",
			       above ? &s->max : &s->min, "");
		base_give(c, NULL, &f);
	}
	vv_buf_reset(&c->message);
}

static void check_removed(row_walk *w)
{
	base_check *c = w->c;
	const uint64_t n = w->stats.removed, of = c->base->root.rows;
	const vv_rule_setting *s = NULL;

	while ((s = base_setting(c, "rows-removed", s))) {
		vv_buf_printf(&c->message, "%s of the base's %s %s gone (", vv_text_count(n),
			      vv_text_counted(of, "row", NULL), n == 1 ? "is" : "are");
		base_put_percent(&c->message, base_share(n, of));
		vv_buf_putc(&c->message, ')');
		give_beyond(c, s, n, of);
	}
}

static void check_added(row_walk *w)
{
	base_check *c = w->c;
	const uint64_t n = w->stats.added, of = c->base->root.rows;
	const vv_rule_setting *s = NULL;

	while ((s = base_setting(c, "rows-added", s))) {
		vv_buf_printf(&c->message, "%s %s new, with %s in the base", vv_text_count(n),
			      n == 1 ? "row is" : "rows are", vv_text_count(of));
		give_beyond(c, s, n, of);
	}
}

/* All cells of rows that both have, in the columns that the setting looks at. */
static void check_cells(row_walk *w)
{
	base_check *c = w->c;
	uint64_t kept = c->base->root.rows - w->stats.removed;
	const vv_rule_setting *s = NULL;

	while ((s = base_setting(c, "cells-changed", s))) {
		uint64_t changed = 0, cells = 0;

		for (size_t i = 0; i < c->columns.count; i++) {
			const vv_column_pair *p = &c->columns.pairs[i];
			const vv_field *is = p->b >= 0 ? &c->t->schema.fields[p->b] : NULL;

			if (is && p->a >= 0 && vv_rule_setting_has(s, is->name, is->name_len)) {
				changed += w->column_changes[i];
				cells += kept;
			}
		}
		vv_buf_printf(&c->message,
			      "in the rows that the base also has, %s of %s %s changed (",
			      vv_text_count(changed), vv_text_counted(cells, "cell", NULL),
			      changed == 1 ? "was" : "were");
		base_put_percent(&c->message, base_share(changed, cells));
		vv_buf_putc(&c->message, ')');
		give_beyond(c, s, changed, cells);
	}
}

static void give_no_key(base_check *c, const vv_rule_setting *s)
{
	vv_finding f = base_finding(c, s, NULL);

	base_unread(&f, "no-key");
	vv_buf_puts(&c->message, "the rule key-lost requires a key in both versions");
	vv_buf_puts(&c->expected, "a primaryKey in datapackage.json, or a key of the table");
	(void)vv_hint_put(&c->expected, "; ", c->o->words, VV_HINT_ADD_KEY,
			  c->o->path ? c->o->path : "");
	base_give(c, NULL, &f);
}

/* How many are gone is known once all were seen, so that the rows are walked again only
 * where they are to be reported. */
static void check_lost(row_walk *w)
{
	base_check *c = w->c;
	const vv_rule_setting *s = NULL;

	while ((s = base_setting(c, "key-lost", s))) {
		vv_auto(row_walk) again = {.c = c};

		if (w->key_count == 0) {
			give_no_key(c, s);
		} else if (base_above(&s->max, w->stats.removed, c->base->root.rows)) {
			walk_changes(&again, s);
		}
	}
}

/* ---- rules of varve.checks about changed rows ---- */

typedef struct change_rule {
	const vv_check_rule *line;
	vv_condition *condition; /* NULL: it cannot be checked here */
	vv_condition *where;     /* of new rows; NULL: all */
	base_quota quota;
	uint64_t met; /* share(CONDITION): changed rows that meet it */
} change_rule;

typedef struct change_rules {
	change_rule *items;
	size_t count;
	vv_condition_scratch *scratch;
	const size_t *key; /* of the new version */
	size_t key_count;
} change_rules;

static void change_rules_clear(change_rules *r)
{
	vv_array_clear(r->items, r->count, it, {
		vv_condition_free(it->condition);
		vv_condition_free(it->where);
	});
	vv_condition_scratch_free(r->scratch);
}

VV_AUTO_CLEAR(change_rules, change_rules_clear)

static vv_finding change_finding(const base_check *c, const vv_check_rule *line)
{
	return (vv_finding){.rule = line->rule->code,
			    .severity = line->severity,
			    .path = c->o->path,
			    .commit = c->o->commit,
			    .name = vv_check_rule_given(line)};
}

/* The rule does not apply here: a column or the key is missing. */
static void give_unread(base_check *c, const vv_check_rule *line, const char *code, const char *why)
{
	vv_finding f = change_finding(c, line);

	f.unread = true;
	base_unread(&f, code);
	vv_buf_puts(&c->message, why);
	vv_buf_puts(&c->expected, line->text);
	if (code && strcmp(code, "no-key") == 0) {
		(void)vv_hint_put(&c->expected, "; ", c->o->words, VV_HINT_ADD_KEY,
				  c->o->path ? c->o->path : "PATH");
	}
	base_give(c, NULL, &f);
}

static vv_status compile_where(change_rule *item, const base_check *c, const vv_check_rule *line,
			       vv_error *err)
{
	const vv_condition_how how = {.json = base_is_json(c->t),
				      .line = true,
				      .file = line->file,
				      .file_line = line->line,
				      .file_column = line->where_at + 1};
	const vv_status rc = vv_condition_compile(&item->where, line->where, strlen(line->where),
						  &c->t->schema, &how, err);

	if (rc < 0) {
		vv_condition_free(vv_take(&item->condition));
	}
	return rc;
}

static void open_change_rules(base_check *c, change_rules *r)
{
	if (!(r->items = vv_calloc(c->rules->line_count + 1, sizeof(*r->items))) ||
	    !(r->scratch = vv_condition_scratch_new())) {
		c->rc = vv_fail_nomem(c->err);
	}
	for (size_t i = 0; i < c->rules->line_count && c->rc == VV_OK; i++) {
		const vv_check_rule *line = &c->rules->lines[i];
		const vv_condition_how how = {.json = base_is_json(c->t),
					      .line = true,
					      .old = &c->base->schema,
					      .old_json = base_is_json(c->base),
					      .file = line->file,
					      .file_line = line->line,
					      .file_column = line->condition_at + 1};
		change_rule *item = &r->items[r->count];
		vv_error why;

		if (line->kind != VV_CHECK_CHANGE || line->severity == VV_SEVERITY_OFF ||
		    line->is_older) {
			continue;
		}
		if (line->is_whole) {
			item->line = line;
			r->count++;
			continue;
		}
		vv_status rc = vv_condition_compile(&item->condition, line->condition,
						    strlen(line->condition), &c->t->schema, &how,
						    &why);
		if (rc == VV_OK && line->where) {
			rc = compile_where(item, c, line, &why);
		}
		if (rc == VV_EINPUT) {
			give_unread(c, line, NULL, vv_check_why(&why, c->o->path, c->o->words));
		} else if (rc < 0) {
			c->rc = vv_error_copy(c->err, &why);
		} else {
			item->line = line;
			r->count++;
		}
	}
}

/* "price: 5 -> 9, status: open": the cells that the rule reads. */
static void put_cells(vv_buf *out, const base_check *c, const vv_condition *condition,
		      const vv_row_change *change)
{
	size_t count;
	const size_t *places = vv_condition_old_columns(condition, &count);
	bool any = false;

	for (int side = 0; side < 2; side++) {
		const vv_table *t = side ? c->t : c->base;
		const vv_cell *cells = side ? change->new_cells : change->old_cells;

		for (size_t i = 0; i < count; i++) {
			const vv_cell *cell = &cells[places[i]];

			vv_buf_printf(out, "%s%s%s=", any ? ", " : "", side ? "new." : "old.",
				      t->schema.fields[places[i]].name);
			vv_buf_put(out, cell->text ? cell->text : "", cell->len);
			any = true;
		}
		places = vv_condition_columns(condition, &count);
	}
}

static void give_change(base_check *c, change_rules *r, change_rule *item,
			const vv_row_change *change, bool decided)
{
	vv_auto(vv_buf) value = VV_BUF_FOR(&c->message);
	vv_finding f = change_finding(c, item->line);

	put_cells(&value, c, item->condition, change);
	base_set_key(c, &f, c->t, r->key, r->key_count, change->new_cells);
	f.row = change->new_row + 1;
	f.value = vv_buf_cstr(&value);
	f.value_len = value.len;
	if (!decided) {
		vv_buf_puts(&c->message, "could not be checked: a pattern takes too many steps");
	} else if (f.name) {
		vv_buf_printf(&c->message, "the change does not meet \"%s\"",
			      vv_text_shows(f.name));
	} else {
		vv_buf_puts(&c->message, "the change does not meet the condition");
	}
	vv_buf_puts(&c->expected, item->line->text);
	base_give(c, &item->quota, &f);
}

static void judge_change(base_check *c, change_rules *r, const vv_row_change *change)
{
	for (size_t i = 0; i < r->count; i++) {
		change_rule *item = &r->items[i];

		if (item->line->is_whole) {
			continue;
		}
		if (item->where &&
		    vv_condition_eval(item->where, r->scratch, change->new_cells) != VV_TRUE &&
		    !vv_condition_undecided(r->scratch)) {
			continue;
		}
		vv_truth truth = vv_condition_eval_change(item->condition, r->scratch,
							  change->old_cells, change->new_cells);
		bool decided = !vv_condition_undecided(r->scratch);

		item->met += truth == VV_TRUE;
		if (decided && item->line->is_share) {
			continue;
		}
		if (truth == VV_FALSE || !decided) {
			give_change(c, r, item, change, decided);
		}
	}
	if (c->rc == VV_OK && vv_condition_failed(r->scratch)) {
		c->rc = vv_fail_nomem(c->err);
	}
}

static void give_share(base_check *c, const change_rule *item, uint64_t n, uint64_t of,
		       const char *did)
{
	vv_finding f = change_finding(c, item->line);
	const uint64_t share = base_share(n, of);

	if (share <= item->line->most) return;
	vv_buf_printf(&c->message, "%s of %s %s (", vv_text_count(n),
		      vv_text_counted(of, "row of the base", "rows of the base"), did);
	base_put_percent(&c->message, share);
	vv_buf_putc(&c->message, ')');
	vv_buf_puts(&c->expected, item->line->text);
	base_give(c, NULL, &f);
}

/* The share of changed rows, of all rows that both have; or of changed and removed ones. */
static void judge_shares(base_check *c, const change_rules *r, const vv_rowdiff_stats *stats)
{
	const uint64_t rows = c->base->root.rows;

	for (size_t i = 0; i < r->count && c->rc == VV_OK; i++) {
		const change_rule *item = &r->items[i];

		if (item->line->is_whole) {
			give_share(c, item, stats->changed + stats->removed, rows,
				   "are changed or gone");
		} else if (item->line->is_share && r->key_count > 0) {
			give_share(c, item, item->met, rows - stats->removed,
				   "that are still there changed in this way");
		}
	}
}

/* Is the version nearer to an older one than to its base? */
static void judge_older(base_check *c, const vv_check_rule *line, const vv_older *o)
{
	vv_finding f = change_finding(c, line);
	const uint64_t share = o->found ? base_share(o->base_rows - o->rows, o->base_rows) : 0;

	if (share <= line->most) return;
	vv_buf_printf(&c->message, "%s", o->rows == 0 ? "the rows are those" : "");
	if (o->rows > 0) {
		vv_buf_printf(&c->message, "%s %s", vv_text_counted(o->rows, "row", NULL),
			      o->rows == 1 ? "differs" : "differ");
	}
	vv_buf_printf(&c->message, "%s of the older version %s, and %s from the base: an old file?",
		      o->rows > 0 ? " from those" : "", o->name,
		      vv_text_counted(o->base_rows, "row differs", "rows differ"));
	vv_buf_puts(&c->expected, line->text);
	base_give(c, NULL, &f);
}

static void check_older(base_check *c)
{
	vv_older older = {.found = false};
	bool known = false;

	for (size_t i = 0; i < c->rules->line_count && c->rc == VV_OK; i++) {
		const vv_check_rule *line = &c->rules->lines[i];

		if (!line->is_older || line->severity == VV_SEVERITY_OFF || !c->how->older) {
			continue;
		}
		if (!known) {
			c->rc = c->how->older(c->o->payload, &older, c->err);
			known = true;
		}
		if (c->rc == VV_OK) {
			judge_older(c, line, &older);
		}
	}
}

/* Rows that both have, by key, and that differ. */
static void check_changes(base_check *c)
{
	vv_auto(change_rules) r = {.items = NULL};
	vv_auto(row_walk) w = {.c = c};
	vv_row_change change;

	open_change_rules(c, &r);
	if (c->rc < 0 || r.count == 0 || (c->rc = walk_open(&w)) < 0) return;
	r.key = vv_rowdiff_key(w.diff, &r.key_count);
	bool whole = false;
	for (size_t i = 0; i < r.count; i++) {
		whole = whole || r.items[i].line->is_whole;
		if (r.key_count == 0 && !r.items[i].line->is_whole) {
			give_unread(c, r.items[i].line, "no-key",
				    "the rule requires a key in both versions");
		}
	}
	while ((whole || r.key_count > 0) && walk_next(&w, &change)) {
		if (change.kind == VV_ROW_CHANGED && r.key_count > 0) {
			judge_change(c, &r, &change);
		}
	}
	if (c->rc == VV_OK) {
		judge_shares(c, &r, vv_rowdiff_stats_get(w.diff));
	}
	vv_array_each(r.items, r.count, item) {
		item->quota.last.expected = item->line->text;
		base_told(c, &item->quota);
	}
}

void base_check_rows(base_check *c)
{
	vv_auto(row_walk) w = {.c = c};

	check_changes(c);
	if (c->rc == VV_OK) {
		check_older(c);
	}
	if (c->rc < 0 || !is_asked(c)) return;
	walk_changes(&w, NULL);
	check_removed(&w);
	check_added(&w);
	check_lost(&w);
	check_cells(&w);
}
