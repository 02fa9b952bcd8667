/*
 * spell: how a field wants its values written.
 */
#include "lib/arrow/in/spell.h"

#include <math.h>
#include <string.h>

#include "base/array.h"
#include "base/json/json.h"
#include "base/text.h"
#include "lib/arrow/in/plain_text.h"

/* ---- numbers ---- */

/* A number as plain_put wrote it, in the column's spelling. */
static void put_number(vv_buf *out, const char *p, size_t len, const vv_field *f,
		       const column_habit *h)
{
	const char *const start = p, *e = memchr(p, 'e', len), *end = e ? e : p + len;
	const unsigned least = e ? 0 : h->least_decimals;

	if (len > 0 && (p[len - 1] == 'N' || p[len - 1] == 'F')) {
		vv_buf_put(out, p, len); /* NaN, INF */
		return;
	}
	if (p < end && *p == '-') {
		vv_buf_putc(out, *p++);
	}
	const char *point = memchr(p, '.', (size_t)(end - p));
	size_t whole = (size_t)((point ? point : end) - p);
	size_t decimals = point ? (size_t)(end - point - 1) : 0;
	for (size_t i = 0; i < whole; i++) {
		if (h->grouped && i > 0 && (whole - i) % 3 == 0) {
			vv_buf_puts(out, f->group);
		}
		vv_buf_putc(out, p[i]);
	}
	if (decimals > 0 || least > 0) {
		vv_buf_puts(out, f->decimal);
		vv_buf_put(out, point ? point + 1 : "", decimals);
		for (; decimals < least; decimals++) {
			vv_buf_putc(out, '0');
		}
	}
	vv_buf_put(out, end, len - (size_t)(end - start)); /* e+300 */
}

/* ---- dates and times ---- */

static const char *const months[] = {"January",   "February", "March",    "April",
				     "May",       "June",     "July",     "August",
				     "September", "October",  "November", "December"};

static bool put_directive(vv_buf *out, char directive, const plain_moment *m, const vv_day *d)
{
	const unsigned hour = m->seconds / 3600, minute = m->seconds / 60 % 60;

	const struct {
		char directive;
		int width; /* of the number, or of the text at most */
		long long number;
		const char *text;
	} all[] = {{'Y', 4, d->year, NULL},
		   {'y', 2, d->year % 100, NULL},
		   {'m', 2, d->month, NULL},
		   {'d', 2, d->day, NULL},
		   {'H', 2, hour, NULL},
		   {'I', 2, (hour + 11) % 12 + 1, NULL},
		   {'M', 2, minute, NULL},
		   {'S', 2, m->seconds % 60, NULL},
		   {'f', 6, m->nanos / 1000, NULL},
		   {'B', 9, 0, months[d->month - 1]},
		   {'b', 3, 0, months[d->month - 1]},
		   {'p', 2, 0, hour < 12 ? "AM" : "PM"},
		   {'z', 5, 0, "+0000"},
		   {'Z', 3, 0, "UTC"},
		   {'%', 1, 0, "%"}};
	const __typeof__(all[0]) *is = vv_array_find(all, sizeof(all) / sizeof(all[0]), it,
						     it->directive == directive);

	if (!is) return false;
	if (is->text) {
		vv_buf_printf(out, "%.*s", is->width, is->text);
	} else {
		vv_buf_printf(out, "%0*lld", is->width, is->number);
	}
	return directive != 'y' || (d->year >= 1969 && d->year <= 2068);
}

static vv_status put_pattern(vv_buf *out, const vv_field *f, const plain_moment *m, vv_error *err)
{
	const vv_day d = vv_value_day(m->days);

	for (const char *p = f->format; *p; p++) {
		if (*p != '%') {
			vv_buf_putc(out, *p);
		} else if (!put_directive(out, *++p, m, &d)) {
			return vv_fail(
				err, VV_EUSAGE,
				"a value cannot be written in the format of column '%s', '%s'\npass the column as text",
				vv_text_shows(f->name), vv_text_shows(f->format));
		}
	}
	return VV_OK;
}

static vv_status put_moment(vv_buf *out, const rewrite_column *c, const column_habit *h,
			    const incoming_value *v, vv_error *err)
{
	const incoming_column day = {.kind = INCOMING_DATE};
	const bool is_date = v->kind == INCOMING_DATE;
	plain_moment m = is_date ? (plain_moment){v->i, 0, 0} : plain_moment_of(c->in, v->i);
	const vv_type type = c->field ? c->field->type : VV_TYPE_STRING;

	if (v->kind == INCOMING_TIME) {
		m.days = 0;
	}
	if (c->field && c->field->format[0] == '%' &&
	    (type == VV_TYPE_DATE || type == VV_TYPE_DATETIME || type == VV_TYPE_TIME)) {
		return put_pattern(out, c->field, &m, err);
	}
	if (v->kind == INCOMING_TIME) {
		plain_put(out, v, c->in);
		return VV_OK;
	}
	plain_put(out, &(incoming_value){.kind = INCOMING_DATE, .i = m.days}, &day);
	if (type == VV_TYPE_DATE && m.seconds == 0 && m.nanos == 0) return VV_OK;
	if (is_date && type != VV_TYPE_DATETIME) return VV_OK;
	vv_buf_putc(out, h->between);
	plain_put_clock(out, m.seconds);
	plain_put_fraction(out, m.nanos, h->least_fraction);
	vv_buf_puts(out, h->zone ? h->zone : c->in->zoned ? "Z" : "");
	return VV_OK;
}

/* ---- cells ---- */

static vv_status put_text(vv_buf *out, const rewrite_column *c, const column_habit *h,
			  const incoming_value *v, vv_error *err)
{
	const vv_field *f = c->field;
	vv_auto(vv_buf) plain = VV_BUF_FOR(out);

	switch (v->kind) {
	case INCOMING_BOOL:
		if (f && !c->json && h->truth[v->i != 0]) {
			vv_buf_puts(out, h->truth[v->i != 0]);
			return VV_OK;
		}
		break;
	case INCOMING_FLOAT:
	case INCOMING_INT:
	case INCOMING_UINT:
	case INCOMING_DECIMAL:
		if (f && (f->type == VV_TYPE_NUMBER || f->type == VV_TYPE_INTEGER)) {
			plain_put(&plain, v, c->in);
			put_number(out, vv_buf_cstr(&plain), plain.len, f, h);
			return VV_OK;
		}
		break;
	case INCOMING_DATE:
	case INCOMING_TIME:
	case INCOMING_MOMENT:
		return put_moment(out, c, h, v, err);
	default:
		break;
	}
	plain_put(out, v, c->in);
	return VV_OK;
}

/* A text that is JSON itself: a number, true, an object ... 1, 0, VV_ENOMEM. */
static int is_literal(const char *text, size_t len)
{
	static const char first[] = "-0123456789tf{[";
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_error ignored; /* of each cell: VV_IGNORED would be cleared for each */
	vv_json *node;
	vv_status rc = len > 0 && strchr(first, text[0])
			       ? vv_json_read(&node, &arena, text, len, "", &ignored)
			       : VV_EINPUT;

	return rc == VV_ENOMEM ? (int)rc : rc == VV_OK;
}

/* Has the number marks of the column, as in 1.000 and 2,5, which JSON's own numbers do not have? */
static bool has_marks(const char *text, size_t len)
{
	return strspn(text, "-0123456789") != len;
}

/* Is a value of this column written without quotes in JSON? 1, 0, VV_ENOMEM. */
static int wants_literal(const rewrite_column *c, const incoming_value *v, const vv_cell *old,
			 const char *text, size_t len)
{
	const vv_type type = c->field ? c->field->type : VV_TYPE_ANY;

	switch (v->kind) {
	case INCOMING_BOOL:
		return type != VV_TYPE_STRING;
	case INCOMING_INT:
	case INCOMING_UINT:
	case INCOMING_FLOAT:
	case INCOMING_DECIMAL:
		return type != VV_TYPE_STRING && (v->kind != INCOMING_FLOAT || isfinite(v->d)) &&
		       (!c->field || vv_field_plain_marks(c->field) || !has_marks(text, len));
	case INCOMING_JSON:
		return true;
	case INCOMING_TEXT:
		return type == VV_TYPE_NUMBER || type == VV_TYPE_INTEGER ||
				       type == VV_TYPE_BOOLEAN || type == VV_TYPE_OBJECT ||
				       type == VV_TYPE_ARRAY ||
				       (old && old->state == VV_CELL_LITERAL)
			       ? is_literal(text, len)
			       : 0;
	default:
		return false;
	}
}

vv_status column_spell(vv_cell *out, const spell_room *room, const rewrite_column *c,
		       const column_habit *h, const incoming_value *v, const vv_cell *old,
		       vv_error *err)
{
	const bool there = v->kind == INCOMING_TEXT || v->kind == INCOMING_JSON;
	const char *text = v->text;
	size_t len = v->len;
	vv_status rc;

	if (v->kind == INCOMING_NULL) {
		*out = h->missing;
		return VV_OK;
	}
	if (!there) {
		vv_buf_reset(room->scratch);
		if ((rc = put_text(room->scratch, c, h, v, err)) < 0 ||
		    (rc = vv_buf_ok(room->scratch, err)) < 0) {
			return rc;
		}
		len = room->scratch->len;
		text = vv_arena_strndup(room->arena, vv_buf_cstr(room->scratch), len);
	}
	const int literal = c->json && text ? wants_literal(c, v, old, text, len) : 0;

	if (!text || literal < 0) return vv_fail_nomem(err);
	if (len > VV_ROW_MAX) {
		return vv_fail(err, VV_EINPUT, "a value of column '%s' is longer than %zu MB",
			       vv_text_shows(c->name), VV_ROW_MAX >> 20);
	}
	*out = (vv_cell){.text = text,
			 .len = (uint32_t)len,
			 .state = literal ? VV_CELL_LITERAL : VV_CELL_TEXT};
	return VV_OK;
}
