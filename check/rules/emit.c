/*
 * emit: turns counts into findings: reads their groups again, as far as findings are requested; and
 * words them.
 */
#include "check/rules/emit.h"

#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/sys.h"
#include "base/text.h"
#include "check/rules/cells.h"
#include "check/rules/check.h"
#include "check/rules/likely.h"
#include "check/rules/plan.h"
#include "check/rules/rules.h"
#include "dataset/schema/misfit.h"
#include "dataset/table/table.h"

/* words: messages for a wrong cell and for the expected value. */

#define EXPECTED_WIDTH 240u

/* As it was written, or as much of it as is shown of a value. */
static void put_as_written(vv_buf *out, const char *s, size_t len)
{
	vv_text_put_words(out, s, len, EXPECTED_WIDTH);
}

/* The first few values of a list of the descriptor. */
static void put_values_in_words(vv_buf *out, const vv_json *list)
{
	size_t shown = 0;

	vv_buf_puts(out, "one of ");
	for (const vv_json *n = list ? list->first : NULL; n; n = n->next, shown++) {
		const vv_json *v = n->type == VV_JSON_OBJECT && vv_json_get(n, "value")
					   ? vv_json_get(n, "value")
					   : n;
		vv_auto(vv_buf) text = VV_BUF_INIT;

		if (shown == 8) {
			vv_buf_printf(out, ", ... (%zu in all)", list->count);
			return;
		}
		vv_json_put_node(&text, v);
		vv_buf_puts(out, shown > 0 ? ", " : "");
		put_as_written(out, text.data, text.len);
	}
}

/* Which property of the column is shown after the words for the expected value. */
enum check_shows {
	CHECK_SHOWS_NOTHING,
	CHECK_SHOWS_TYPE,
	CHECK_SHOWS_MIN_LENGTH,
	CHECK_SHOWS_MAX_LENGTH,
	CHECK_SHOWS_MINIMUM,
	CHECK_SHOWS_MAXIMUM,
	CHECK_SHOWS_ABOVE,
	CHECK_SHOWS_BELOW,
	CHECK_SHOWS_PATTERN,
	CHECK_SHOWS_ENUM,
	CHECK_SHOWS_CATEGORIES
};

/* The rows of CHECK_FAULT_ROWS. */
static const struct {
	unsigned slot;
	enum check_shows shows;
	const char *message; /* NULL: depends on the type */
	const char *expected;
} faults[] = {
#define FAULT_ROW(name, slot_name, text, value, then)                                              \
	[CHECK_FAULT_##name] = {.slot = CHECK_SLOT_##slot_name,                                    \
				.shows = CHECK_SHOWS_##then,                                       \
				.message = text,                                                   \
				.expected = value},
	CHECK_FAULT_ROWS(FAULT_ROW)
#undef FAULT_ROW
};

static void put_bound(vv_buf *out, const check_bound *b)
{
	put_as_written(out, b->text, b->text_len);
}

/* Puts the expected value of the fault with the number k. */
static void put_expected(vv_buf *out, const check_column *c, unsigned k)
{
	const vv_json *json = c->field ? c->field->json : NULL;

	vv_buf_reset(out);
	vv_buf_puts(out, faults[k].expected);
	switch (faults[k].shows) {
	case CHECK_SHOWS_NOTHING:
		break;
	case CHECK_SHOWS_TYPE:
		vv_misfit_put_expected(out, c->field);
		break;
	case CHECK_SHOWS_MIN_LENGTH:
		vv_buf_printf(out, "%llu", (unsigned long long)c->min_length);
		break;
	case CHECK_SHOWS_MAX_LENGTH:
		vv_buf_printf(out, "%llu", (unsigned long long)c->max_length);
		break;
	case CHECK_SHOWS_MINIMUM:
		put_bound(out, &c->bounds[BOUND_MINIMUM]);
		break;
	case CHECK_SHOWS_MAXIMUM:
		put_bound(out, &c->bounds[BOUND_MAXIMUM]);
		break;
	case CHECK_SHOWS_ABOVE:
		put_bound(out, &c->bounds[BOUND_ABOVE]);
		break;
	case CHECK_SHOWS_BELOW:
		put_bound(out, &c->bounds[BOUND_BELOW]);
		break;
	case CHECK_SHOWS_PATTERN:
		put_as_written(out, c->pattern_text, strlen(c->pattern_text));
		break;
	case CHECK_SHOWS_ENUM:
		put_values_in_words(out, vv_json_get(vv_json_get(json, "constraints"), "enum"));
		break;
	case CHECK_SHOWS_CATEGORIES:
		put_values_in_words(out, vv_json_get(json, "categories"));
		break;
	}
}

#define VALUES_MAX 96u /* bytes of the values of several columns: more are cut in each of them */

struct check_emit {
	check_run *r;
	check_worker w;
	vv_batch batch;
	size_t open; /* the group that is loaded; SIZE_MAX: none */
	check_group group;
	vv_buf key, value, expected, intended;
	uint64_t *given; /* of each slot */
	uint64_t blank_lines;
	const char *name; /* of the rule of varve.checks whose findings come; or NULL */
};

uint64_t check_limit(const check_run *r)
{
	return r->o->limit > 0 ? r->o->limit : UINT64_MAX;
}

bool check_tolerated(uint64_t mostly, uint64_t found, uint64_t seen)
{
	uint64_t right = seen > found ? seen - found : 0;
	__extension__ typedef unsigned __int128 product;

	/* right / seen >= mostly / 10^9 */
	return mostly < VV_BILLION && found > 0 &&
	       (product)right * VV_BILLION >= (product)seen * mostly;
}

vv_status check_emit_open(check_emit **out, check_run *r, vv_error *err)
{
	check_emit *e = vv_calloc(1, sizeof(*e));
	vv_status rc;

	*out = e;
	if (!e) return vv_fail_nomem(err);
	*e = (check_emit){.r = r, .open = SIZE_MAX};
	if ((rc = check_worker_init(&e->w, &r->plan, err)) < 0) return rc;
	e->given = vv_calloc(r->plan.slot_count + 1, sizeof(*e->given));
	return e->given ? VV_OK : vv_fail_nomem(err);
}

static void close_group(check_emit *e)
{
	if (e->open != SIZE_MAX) {
		check_unload(&e->group);
	}
	e->open = SIZE_MAX;
}

void check_emit_close(check_emit *e)
{
	if (!e) return;
	close_group(e);
	check_worker_clear(&e->w);
	vv_batch_clear(&e->batch);
	vv_buf_clear_all(&e->key, &e->value, &e->expected, &e->intended);
	vv_free_all(e->given, e);
}

static vv_status open_group(check_emit *e, size_t i, vv_error *err)
{
	vv_status rc;

	if (e->open == i) return VV_OK;
	close_group(e);
	if ((rc = check_load(e->r, &e->w, &e->batch, i, &e->group, err)) == VV_OK) {
		e->open = i;
	}
	return rc;
}

/* The cells of a column of the plan in the open group. */
static vv_status column_cells(check_emit *e, size_t column, const vv_cell **out, vv_error *err)
{
	return vv_row_block_cells(e->w.block, e->r->plan.columns[column].place, out, err);
}

void check_emit_name(check_emit *e, const char *name)
{
	e->name = name;
}

vv_status check_emit_give(check_emit *e, vv_finding *f, vv_error *err)
{
	const vv_check_options *o = e->r->o;

	f->path = o->path;
	f->commit = o->commit;
	f->name = f->name ? f->name : e->name;
	return o->finding ? o->finding(o->payload, f, err) : VV_OK;
}

/* The first bytes, at most `most`, in whole characters. */
static void put_text(vv_buf *out, const char *s, size_t len, size_t most)
{
	size_t n = len;

	for (n = n > most ? most : n; n < len && n > 0 && ((unsigned char)s[n] & 0xC0) == 0x80;) {
		n--;
	}
	vv_buf_put(out, s, n);
	vv_buf_puts(out, n < len ? VV_ELLIPSIS : "");
}

/* "id=5, day=2024-01-01": cells of one row, of each at most `most` bytes. */
static vv_status put_named(check_emit *e, vv_buf *out, const size_t *columns, size_t count,
			   size_t row, size_t most, vv_error *err)
{
	vv_buf_reset(out);
	for (size_t i = 0; i < count; i++) {
		const check_column *c = &e->r->plan.columns[columns[i]];
		const vv_cell *cells;
		vv_status rc = column_cells(e, columns[i], &cells, err);

		if (rc < 0) return rc;
		vv_buf_puts(out, i > 0 ? ", " : "");
		vv_buf_put(out, c->name, c->name_len);
		vv_buf_putc(out, '=');
		put_text(out, cells[row].text, cells[row].len, most);
	}
	return vv_buf_ok(out, err);
}

/* The same of values that a rule is about: none so long that another is not seen. */
static vv_status put_values(check_emit *e, const size_t *columns, size_t count, size_t row,
			    vv_error *err)
{
	vv_status rc = put_named(e, &e->value, columns, count, row, SIZE_MAX, err);

	return rc < 0 || count < 2 || e->value.len <= VALUES_MAX
		       ? rc
		       : put_named(e, &e->value, columns, count, row, VALUES_MAX / count, err);
}

/* Reports a finding about a row of the open group. value: NULL for none. */
static vv_status give_row(check_emit *e, vv_finding *f, size_t row, vv_error *err)
{
	check_run *r = e->r;
	const check_plan *p = &r->plan;
	vv_status rc;

	f->row = r->groups[e->open].first_row + row + 1;
	if ((rc = vv_check_line(r->lines, f->row - 1, &f->line, err)) < 0) return rc;
	if (p->show_key_count > 0) {
		if ((rc = put_named(e, &e->key, p->show_key, p->show_key_count, row, SIZE_MAX,
				    err)) < 0) {
			return rc;
		}
		f->key = vv_buf_cstr(&e->key);
		f->key_len = e->key.len;
	}
	return check_emit_give(e, f, err);
}

static size_t group_of(const check_run *r, uint64_t row)
{
	const size_t after = vv_first_place(i, r->group_count, r->groups[i].first_row <= row);

	return after > 0 ? after - 1 : 0;
}

vv_status check_emit_row(check_emit *e, const vv_rule *rule, vv_severity severity, uint64_t row,
			 const size_t *columns, size_t count, const char *message,
			 const char *expected, vv_error *err)
{
	size_t i = group_of(e->r, row);
	vv_finding f = {
		.rule = rule->code, .severity = severity, .message = message, .expected = expected};
	size_t at = (size_t)(row - e->r->groups[i].first_row);
	vv_status rc = open_group(e, i, err);

	if (rc < 0) return rc;
	if (count == 1) {
		const vv_cell *cells;

		if ((rc = column_cells(e, columns[0], &cells, err)) < 0) return rc;
		f.column = e->r->plan.columns[columns[0]].name;
		f.value = cells[at].text ? cells[at].text : "";
		f.value_len = cells[at].len;
	} else if (count > 1) {
		if ((rc = put_values(e, columns, count, at, err)) < 0) return rc;
		f.value = vv_buf_cstr(&e->value);
		f.value_len = e->value.len;
	}
	return give_row(e, &f, at, err);
}

vv_status check_total_add(vv_check_result *out, const vv_check_options *o, const vv_finding *like,
			  uint64_t found, uint64_t given, bool tolerated, vv_error *err)
{
	const char *column = like->column;
	vv_finding f = *like;

	if (found == 0) return VV_OK;
	vv_check_total *t = vv_realloc_array(out->totals, out->total_count + 1, sizeof(*t));
	if (!t) return vv_fail_nomem(err);
	out->totals = t;
	t += out->total_count++;
	*t = (vv_check_total){.rule = vv_rule_find(like->rule), .severity = like->severity};
	if (column && !(t->column = vv_arena_strndup(&out->arena, column, strlen(column)))) {
		return vv_fail_nomem(err);
	}
	if (tolerated) {
		t->tolerated = found;
		return VV_OK;
	}
	t->found = found;
	*(like->severity == VV_SEVERITY_ERROR ? &out->errors : &out->warnings) += found;
	f.path = o->path;
	f.commit = o->commit;
	f.message = "further findings of this rule";
	return found > given && o->more ? o->more(o->payload, &f, found - given, err) : VV_OK;
}

vv_status check_emit_total(check_emit *e, const vv_finding *like, uint64_t found, uint64_t given,
			   bool tolerated, vv_error *err)
{
	const vv_finding f = {.rule = like->rule,
			      .severity = like->severity,
			      .column = like->column,
			      .name = like->name ? like->name : e->name,
			      .expected = like->expected};

	return check_total_add(e->r->result, e->r->o, &f, found, given, tolerated, err);
}

vv_status check_emit_notes(check_emit *e, vv_error *err)
{
	vv_status rc;

	for (const check_note *n = e->r->plan.notes; n; n = n->next) {
		vv_finding f = {.rule = n->rule->code,
				.severity = n->severity,
				.line = n->line,
				.column = n->column,
				.value = n->value,
				.value_len = n->value_len,
				.message = n->message,
				.name = n->name,
				.unread = n->unread,
				.expected = n->expected};

		if ((rc = check_emit_give(e, &f, err)) < 0 ||
		    (rc = check_emit_total(e, &f, 1, 1, false, err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

/* Does `mostly` tolerate the slot's count? Lines and rows without any value belong to one rule. */
static bool slot_tolerated(const check_emit *e, uint32_t slot)
{
	const check_slot *s = &e->r->plan.slots[slot];
	uint64_t found = e->r->totals[slot];
	uint64_t seen = s->seen != CHECK_OFF ? e->r->totals[s->seen] : e->r->table->root.rows;
	uint64_t lines = slot == e->r->plan.blank_slot ? e->blank_lines : 0;

	return check_tolerated(s->mostly, found + lines, seen + lines);
}

vv_status check_emit_blank_lines(check_emit *e, vv_error *err)
{
	const check_plan *p = &e->r->plan;
	vv_finding f = {.rule = "blank-row",
			.severity = p->blank_severity,
			.message = "the line is blank",
			.expected = "a row"};
	size_t limit = check_limit(e->r) > 100000 ? 100000 : (size_t)check_limit(e->r);
	vv_auto_free uint64_t *lines = NULL;
	uint64_t total, given = 0;
	vv_status rc;

	if (p->blank_slot == CHECK_OFF) return VV_OK;
	lines = vv_calloc(limit + 1, sizeof(*lines));
	if (!lines) return vv_fail_nomem(err);
	if ((rc = check_lines_blank(e->r->lines, &total, lines, limit, err)) < 0) return rc;
	e->blank_lines = total;
	bool tolerated = slot_tolerated(e, p->blank_slot);
	for (; given < total && given < limit && !tolerated; given++) {
		f.line = lines[given];
		if ((rc = check_emit_give(e, &f, err)) < 0) return rc;
	}
	return check_emit_total(e, &f, total, given, tolerated, err);
}

vv_status check_emit_line_ends(check_emit *e, vv_error *err)
{
	static const char *const names[] = {"LF", "CRLF", "CR", "LF"};
	const vv_rule *rule = vv_rule_find("dialect-error");
	vv_severity severity = check_severity(&e->r->plan, rule->code, NULL, 0, NULL);
	char message[96];
	uint64_t row, count = check_lines_other_ends(e->r->lines, &row);
	vv_finding f = {.rule = rule->code,
			.severity = severity,
			.message = message,
			.expected = names[e->r->table->root.dialect.newline]};
	vv_status rc;

	if (count == 0 || severity == VV_SEVERITY_OFF) return VV_OK;
	if (count == 1) {
		snprintf(message, sizeof(message), "this row ends differently from the others");
	} else {
		snprintf(message, sizeof(message),
			 "this row and %llu later %s end differently from the others",
			 (unsigned long long)count - 1, count == 2 ? "one" : "ones");
	}
	if ((rc = vv_check_line(e->r->lines, row, &f.line, err)) < 0 ||
	    (rc = check_emit_give(e, &f, err)) < 0) {
		return rc;
	}
	return check_emit_total(e, &f, 1, 1, false, err);
}

static bool wants_slot(const check_emit *e, uint32_t slot)
{
	return e->given[slot] < e->r->totals[slot] && e->given[slot] < check_limit(e->r) &&
	       !slot_tolerated(e, slot);
}

/* Whose cells are looked at. */
typedef struct looking {
	check_emit *e;
	const check_column *c;
} looking;

static bool is_right(void *payload, const char *s, size_t len)
{
	const looking *l = payload;
	const vv_cell cell = {.text = s, .len = (uint32_t)len, .state = VV_CELL_TEXT};

	return check_cell(&l->e->w, &l->e->r->plan, l->c, &cell) == 0;
}

/* Sets a wrong cell's probable meaning, and a way to accept it, in the finding. */
static void put_likely(check_emit *e, vv_likely *likely, const check_column *c, const vv_cell *cell,
		       unsigned kind, vv_finding *f)
{
	const vv_check_options *o = e->r->o;
	looking l = {e, c};

	if (cell->state != VV_CELL_TEXT) return;
	if (kind == CHECK_TYPE) {
		vv_likely_of_type(likely, c->field, cell->text, cell->len, e->r->plan.json);
		vv_buf_reset(&e->intended);
		vv_likely_put_accept(&e->intended, likely, c->field, cell->text, cell->len, o->path,
				     o->words);
		f->intended = e->intended.len > 0 ? vv_buf_cstr(&e->intended) : NULL;
	} else if (kind == CHECK_PATTERN || kind == CHECK_ENUM) {
		vv_likely_of_value(
			likely, cell->text, cell->len,
			kind == CHECK_ENUM
				? vv_json_get(vv_json_get(c->field->json, "constraints"), "enum")
				: NULL,
			is_right, &l);
	}
	f->probably = likely->what.len > 0 ? vv_buf_cstr(&likely->what) : NULL;
}

/* Findings of one cell. */
static vv_status give_cell(check_emit *e, const check_column *c, const vv_cell *cell,
			   unsigned found, size_t row, vv_error *err)
{
	vv_status rc;

	for (unsigned k = 0; k < CHECK_FAULT_COUNT; k++) {
		unsigned kind = found & 1u << k;
		uint32_t slot = c->slots[faults[k].slot];
		vv_finding f = {.column = c->name,
				.value = cell->text ? cell->text : "",
				.value_len = cell->len};

		if (kind == 0 || slot == CHECK_OFF || !wants_slot(e, slot)) {
			continue;
		}
		if (cell->state == VV_CELL_ABSENT || cell->state == VV_CELL_NULL) {
			f.value = NULL;
		}
		vv_auto(vv_likely) likely = {.what = VV_BUF_INIT};
		put_expected(&e->expected, c, k);
		put_likely(e, &likely, c, cell, kind, &f);
		if ((rc = vv_buf_ok(&e->expected, err)) < 0) return rc;
		f.rule = e->r->plan.slots[slot].rule->code;
		f.severity = e->r->plan.slots[slot].severity;
		f.message = faults[k].message ? faults[k].message : vv_misfit_words(c->field);
		f.expected = vv_buf_cstr(&e->expected);
		e->given[slot]++;
		if ((rc = give_row(e, &f, row, err)) < 0) return rc;
	}
	return VV_OK;
}

static vv_status give_column(check_emit *e, size_t column, vv_error *err)
{
	const check_plan *p = &e->r->plan;
	const check_column *c = &p->columns[column];
	const vv_cell *cells;
	vv_status rc;

	if ((rc = column_cells(e, column, &cells, err)) < 0) return rc;
	for (size_t row = 0; row < e->group.rows; row++) {
		unsigned found;

		if (e->w.pass_blank && e->w.blank[row]) {
			continue;
		}
		if ((found = check_cell(&e->w, p, c, &cells[row])) != 0 &&
		    (rc = give_cell(e, c, &cells[row], found, row, err)) < 0) {
			return rc;
		}
	}
	return e->w.no_memory ? vv_fail_nomem(err) : VV_OK;
}

static vv_status give_condition(check_emit *e, uint32_t slot, vv_error *err)
{
	const check_plan *p = &e->r->plan;
	const check_condition *c = &p->conditions[p->slots[slot].condition];
	size_t field_count, count = 0;
	const size_t *fields = vv_condition_columns(c->compiled, &field_count);
	vv_auto_free size_t *columns = vv_calloc(field_count + 1, sizeof(*columns));
	const uint8_t *truths;
	vv_auto(vv_buf) message = VV_BUF_INIT;

	if (!columns) return vv_fail_nomem(err);
	for (size_t i = 0; i < field_count; i++) {
		if (p->of_field[fields[i]] != SIZE_MAX) {
			columns[count++] = p->of_field[fields[i]];
		}
	}
	vv_status rc = vv_row_block_judge(e->w.block, c->compiled, e->w.conditions, &truths, err);
	if (c->title) {
		vv_buf_printf(&message, "does not meet \"%s\"", vv_text_shows(c->title));
	} else {
		vv_buf_puts(&message, "does not meet the condition");
	}
	for (size_t row = 0; rc == VV_OK && row < e->group.rows && wants_slot(e, slot); row++) {
		vv_finding f = {.rule = p->slots[slot].rule->code,
				.severity = p->slots[slot].severity,
				.message = vv_buf_cstr(&message),
				.name = c->title,
				.column = c->column,
				.expected = c->text};

		if ((e->w.pass_blank && e->w.blank[row]) ||
		    (truths[row] != VV_FALSE && truths[row] != VV_TRUTH_UNDECIDED)) {
			continue;
		}
		if (truths[row] == VV_TRUTH_UNDECIDED) {
			f.message = "could not be checked: a pattern takes too many steps";
		}
		e->given[slot]++;
		if ((rc = put_values(e, columns, count, row, err)) == VV_OK) {
			f.value = vv_buf_cstr(&e->value);
			f.value_len = e->value.len;
			rc = give_row(e, &f, row, err);
		}
	}
	return rc;
}

static vv_status give_blank(check_emit *e, uint32_t slot, vv_error *err)
{
	vv_status rc;

	for (size_t row = 0; e->w.has_blank && row < e->group.rows && wants_slot(e, slot); row++) {
		vv_finding f = {.rule = "blank-row",
				.severity = e->r->plan.blank_severity,
				.message = "all cells of the row are empty",
				.expected = "a value"};

		if (!e->w.blank[row]) {
			continue;
		}
		e->given[slot]++;
		if ((rc = give_row(e, &f, row, err)) < 0) return rc;
	}
	return VV_OK;
}

/* All findings of a group that are still wanted. */
static vv_status give_group(check_emit *e, size_t i, vv_error *err)
{
	const check_plan *p = &e->r->plan;
	const uint8_t *at = (const uint8_t *)e->r->counts.data + e->r->groups[i].counts;
	const uint8_t *end = (const uint8_t *)e->r->counts.data + e->r->counts.len;
	uint64_t n, counter, count;
	size_t last = SIZE_MAX;
	uint32_t newlines;
	bool opened = false;
	vv_status rc = VV_OK;

	if (!vv_varint_read(&at, end, &n)) return VV_OK;
	for (; n > 0 && check_next_count(&at, end, &counter, &count); n--) {
		const check_slot *s = &p->slots[counter];

		if (counter >= p->slot_count || !wants_slot(e, (uint32_t)counter) ||
		    (last != SIZE_MAX && s->column == last)) {
			continue;
		}
		if (!opened && ((rc = open_group(e, i, err)) < 0 ||
				(rc = check_group_rows(&e->w, p, &e->group, &newlines, err)) < 0)) {
			return rc;
		}
		opened = true;
		if (s->column != SIZE_MAX) {
			last = s->column; /* reports all findings in the column */
			rc = give_column(e, s->column, err);
		} else if (s->condition != SIZE_MAX) {
			rc = give_condition(e, (uint32_t)counter, err);
		} else {
			rc = give_blank(e, (uint32_t)counter, err);
		}
		if (rc < 0) return rc;
	}
	return VV_OK;
}

vv_status check_emit_cells(check_emit *e, vv_error *err)
{
	check_run *r = e->r;
	const check_plan *p = &r->plan;
	bool any = true;
	vv_status rc = VV_OK;

	for (size_t i = 0; i < r->group_count && any; i++) {
		if (r->groups[i].counts == UINT32_MAX) {
			continue;
		}
		any = false;
		for (uint32_t s = 0; s < p->slot_count && !any; s++) {
			any = wants_slot(e, s);
		}
		if (any && (rc = give_group(e, i, err)) < 0) return rc;
	}
	for (uint32_t s = 0; s < p->slot_count; s++) {
		const check_slot *slot = &p->slots[s];
		vv_finding f = {.rule = slot->rule->code, .severity = slot->severity};

		if (slot->column != SIZE_MAX) {
			f.column = p->columns[slot->column].name;
		}
		if (slot->condition != SIZE_MAX) {
			f.column = p->conditions[slot->condition].column;
			f.expected = p->conditions[slot->condition].text;
			f.name = p->conditions[slot->condition].title;
		}
		if ((rc = check_emit_total(e, &f, r->totals[s], e->given[s], slot_tolerated(e, s),
					   err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}
