/*
 * constraints: knows the constraints of Table Schema: which types have them, and
 * how they are made ready for millions of cells.
 */
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"
#include "dataset/check/plan.h"
#include "dataset/format/spelling.h"
#include "dataset/schema/descriptor.h"

vv_status check_note_node(check_plan *p, const vv_json *node, vv_error *err, const char *fmt, ...)
{
	vv_buf text = VV_BUF_INIT;
	vv_error why;
	va_list ap;
	vv_status rc;

	va_start(ap, fmt);
	vv_buf_vprintf(&text, fmt, ap);
	va_end(ap);
	if ((rc = vv_buf_ok(&text, err)) == VV_OK) {
		vv_descriptor_fail(node, p->schema_name, &why, "%s", vv_buf_cstr(&text));
		rc = check_note_add(p, "schema-error", NULL, 0, 0, NULL, err, "%s", why.message);
	}
	vv_buf_clear(&text);
	return rc;
}

#define BIT(type) (1u << (type))
#define ORDERED                                                                                    \
	(BIT(VV_TYPE_NUMBER) | BIT(VV_TYPE_INTEGER) | BIT(VV_TYPE_DATE) | BIT(VV_TYPE_TIME) |      \
	 BIT(VV_TYPE_DATETIME) | BIT(VV_TYPE_YEAR) | BIT(VV_TYPE_YEARMONTH) |                      \
	 BIT(VV_TYPE_DURATION))
#define LONG                                                                                       \
	(BIT(VV_TYPE_STRING) | BIT(VV_TYPE_OBJECT) | BIT(VV_TYPE_ARRAY) | BIT(VV_TYPE_LIST) |      \
	 BIT(VV_TYPE_GEOJSON))
#define EVERY 0xffffu

static const struct constraint {
	const char *name;
	unsigned types;
} constraints[] = {
	{"required", EVERY},
	{"unique", EVERY},
	{"enum", EVERY},
	{"minLength", LONG},
	{"maxLength", LONG},
	{"minimum", ORDERED},
	{"maximum", ORDERED},
	{"exclusiveMinimum", ORDERED},
	{"exclusiveMaximum", ORDERED},
	{"pattern", BIT(VV_TYPE_STRING)},
	{"jsonSchema", BIT(VV_TYPE_OBJECT) | BIT(VV_TYPE_ARRAY)},
};

/* Constraints that nobody knows, or not for this type, are told and not passed over. */
static vv_status check_names(check_plan *p, const check_column *c, const vv_json *node,
			     vv_error *err)
{
	vv_status rc = VV_OK;

	for (const vv_json *n = node->first; n && rc == VV_OK; n = n->next) {
		const struct constraint *k = constraints,
					*end = k + sizeof(constraints) / sizeof(*k);

		while (k < end && strcmp(k->name, n->name) != 0) {
			k++;
		}
		if (k == end) {
			rc = check_note_node(p, n, err, "there is no constraint '%s'",
					     vv_text_shows(n->name));
		} else if (!(k->types & BIT(c->field->type))) {
			rc = check_note_node(p, n, err, "a field of type %s has no constraint '%s'",
					     vv_type_name(c->field->type), k->name);
		} else if (strcmp(k->name, "jsonSchema") == 0) {
			rc = check_note_node(p, n, err, "varve cannot check a jsonSchema");
		}
	}
	return rc;
}

static vv_status read_bound(check_plan *p, check_column *c, const vv_json *constraint,
			    const char *name, size_t which, vv_error *err)
{
	const vv_json *node = vv_json_get(constraint, name);
	check_bound *b = &c->bounds[which];
	const vv_field *field;
	vv_field standard;
	vv_buf text = VV_BUF_INIT;
	vv_cell cell;
	vv_status rc = VV_OK;
	char *copy;

	if (!node || !(ORDERED & BIT(c->field->type))) {
		return VV_OK;
	}
	if (vv_value_of_node(&cell, &field, &standard, &text, c->field, node)) {
		/* kept: values borrow from the text that they were read from */
		copy = vv_arena_strndup(&p->arena, cell.text, cell.len);
		if (copy) {
			cell.text = copy;
			b->given = vv_value_read(&b->value, &p->digits, field, &cell);
			b->text = copy;
			b->text_len = cell.len;
			c->has_bounds = true;
		}
		if (!copy || p->digits.failed) {
			rc = vv_fail_nomem(err);
		}
	} else if (text.failed) {
		rc = vv_fail_nomem(err);
	} else {
		rc = check_note_node(p, node, err, "is not a value of the field's type, %s",
				     vv_type_name(c->field->type));
	}
	vv_buf_clear(&text);
	return rc;
}

/* The greatest whole number that is not above d x 10^scale; false when it has no 64 bits. */
static bool scaled_floor(int64_t *out, bool *exact, const vv_decimal *d, const char *digits,
			 size_t scale)
{
	int64_t whole = d->exponent + (int64_t)scale; /* digits before the point */
	int64_t v = 0;

	if (d->kind != VV_DECIMAL_FINITE || whole > 18) {
		return false;
	}
	for (int64_t i = 0; i < whole; i++) {
		v = v * 10 + (i < (int64_t)d->count ? digits[i] - '0' : 0);
	}
	*exact = whole >= (int64_t)d->count;
	*out = d->negative ? -v - !*exact : v;
	return true;
}

static void narrow(check_range *r, size_t which, int64_t floor, bool exact)
{
	/* at least d: from the next whole number on, unless d is one; above d: behind its floor */
	if (which == BOUND_MINIMUM || which == BOUND_ABOVE) {
		int64_t least = floor + (which == BOUND_ABOVE || !exact);

		r->least = least > r->least ? least : r->least;
	} else {
		int64_t most = floor - (which == BOUND_BELOW && exact);

		r->most = most < r->most ? most : r->most;
	}
}

/* The bounds as whole numbers: of each scale that a column of decimals may have, or days. */
static void make_ranges(check_plan *p, check_column *c)
{
	bool dates = c->field->type == VV_TYPE_DATE && !c->field->plan;
	bool numbers = c->field->type == VV_TYPE_INTEGER || c->field->type == VV_TYPE_NUMBER;

	for (size_t scale = 0; scale < (dates ? 1 : numbers ? CHECK_SCALES : 0); scale++) {
		check_range *r = &c->ranges[scale];

		*r = (check_range){INT64_MIN, INT64_MAX, true};
		for (size_t k = 0; k < BOUND_COUNT; k++) {
			const check_bound *b = &c->bounds[k];
			int64_t floor = 0;
			bool exact = true;

			if (!b->given) {
				continue;
			}
			if (dates) {
				floor = b->value.seconds / 86400;
				floor -= b->value.seconds % 86400 < 0;
				exact = b->value.seconds % 86400 == 0 && b->value.fraction_len == 0;
			} else if (!scaled_floor(&floor, &exact, &b->value.decimal,
						 p->digits.data + b->value.decimal.digits_at,
						 scale)) {
				r->usable = false;
			}
			narrow(r, k, floor, exact);
		}
	}
}

static vv_status read_bounds(check_plan *p, check_column *c, const vv_json *node, vv_error *err)
{
	static const char *const names[BOUND_COUNT] = {
		[BOUND_MINIMUM] = "minimum",
		[BOUND_MAXIMUM] = "maximum",
		[BOUND_ABOVE] = "exclusiveMinimum",
		[BOUND_BELOW] = "exclusiveMaximum",
	};
	vv_status rc = VV_OK;

	for (size_t i = 0; i < BOUND_COUNT && rc == VV_OK; i++) {
		rc = read_bound(p, c, node, names[i], i, err);
	}
	if (rc == VV_OK) {
		make_ranges(p, c);
	}
	return rc;
}

static void read_lengths(check_column *c, const vv_json *node)
{
	uint64_t n;

	if (!(LONG & BIT(c->field->type))) {
		return;
	}
	if (vv_json_get_u64(&n, node, "minLength")) {
		c->min_length = n;
	}
	if (vv_json_get_u64(&n, node, "maxLength")) {
		c->max_length = n;
	}
	c->has_lengths = c->min_length != UINT64_MAX || c->max_length != UINT64_MAX;
}

static vv_status read_pattern(check_plan *p, check_column *c, const vv_json *node, vv_error *err)
{
	const vv_json *pattern = vv_json_get(node, "pattern");
	vv_error why;
	vv_status rc;

	if (!pattern || c->field->type != VV_TYPE_STRING) {
		return VV_OK;
	}
	rc = vv_pattern_new(&c->pattern, pattern->text, pattern->text_len, &why);
	c->pattern_text = pattern->text;
	if (rc == VV_EINPUT) {
		return check_note_node(p, pattern, err, "%s", why.message);
	}
	if (rc < 0 && err) {
		*err = why;
	}
	return rc;
}

/* The canonical forms of an array's values: ["a", "b"], or [{"value": "a"}, ...]. */
static vv_status read_values(check_plan *p, vv_names **out, const check_column *c,
			     const vv_json *list, vv_error *err)
{
	vv_names *names = vv_arena_calloc(&p->arena, 1, sizeof(*names));
	vv_buf key = VV_BUF_INIT, scratch = VV_BUF_INIT, text = VV_BUF_INIT;
	const vv_field *field;
	vv_field standard;
	vv_cell cell;
	vv_status rc = VV_OK;

	if (!names || !vv_names_init(names, &p->arena, list->count)) {
		rc = vv_fail_nomem(err);
		goto done;
	}
	for (const vv_json *n = list->first; n && rc == VV_OK; n = n->next) {
		const vv_json *value = n->type == VV_JSON_OBJECT && vv_json_get(n, "value") &&
						       c->field->type != VV_TYPE_OBJECT
					       ? vv_json_get(n, "value")
					       : n;
		char *copy;

		vv_buf_reset(&key);
		if (!vv_value_of_node(&cell, &field, &standard, &text, c->field, value)) {
			rc = text.failed ? vv_fail_nomem(err)
					 : check_note_node(p, value, err,
							   "is not a value of the field's type, %s",
							   vv_type_name(c->field->type));
			continue;
		}
		if (!vv_value_put_key(&key, &scratch, field, &cell) ||
		    !(copy = vv_arena_strndup(&p->arena, key.data, key.len))) {
			rc = vv_fail_nomem(err);
		} else {
			vv_names_put(names, copy, key.len, 0, NULL);
		}
	}
	*out = names;
done:
	vv_buf_clear(&key);
	vv_buf_clear(&scratch);
	vv_buf_clear(&text);
	return rc;
}

/* Is each value of the enum one of the categories? */
static vv_status check_subset(check_plan *p, const check_column *c, const vv_json *list,
			      vv_error *err)
{
	for (size_t i = 0; i <= c->allowed->mask; i++) {
		const vv_name *n = &c->allowed->slots[i];

		if (n->text && !vv_names_find(c->categories, n->text, n->len)) {
			return check_note_node(p, list, err,
					       "has a value that is not one of the categories");
		}
	}
	return VV_OK;
}

vv_status check_constraints(check_plan *p, check_column *c, vv_error *err)
{
	const vv_json *node = vv_json_get(c->field->json, "constraints"), *list = NULL;
	const vv_json *categories = vv_json_get(c->field->json, "categories");
	vv_status rc = VV_OK;

	if (categories && (rc = read_values(p, &c->categories, c, categories, err)) < 0) {
		return rc;
	}
	if (node) {
		c->required = vv_json_get_bool(node, "required", false);
		read_lengths(c, node);
		list = vv_json_get(node, "enum");
		if ((rc = check_names(p, c, node, err)) < 0 ||
		    (rc = read_bounds(p, c, node, err)) < 0 ||
		    (rc = read_pattern(p, c, node, err)) < 0 ||
		    (list && (rc = read_values(p, &c->allowed, c, list, err)) < 0)) {
			return rc;
		}
		if (list && c->categories) {
			rc = check_subset(p, c, list, err);
		}
	}
	c->spare = !c->has_lengths && !c->pattern && !c->allowed && !c->categories;
	if (c->constraint == CHECK_OFF) { /* nothing of it is to be looked at */
		c->required = c->has_lengths = c->has_bounds = false;
		c->allowed = c->categories = NULL;
		vv_pattern_free(c->pattern);
		c->pattern = NULL;
		c->spare = true;
	}
	return rc;
}
