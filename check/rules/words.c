/*
 * words: what is said of a cell that is wrong, and of what was expected.
 */
#include "check/rules/words.h"

#include <string.h>

#include "base/text.h"

#define EXPECTED_WIDTH 240u

/* What is said of each kind. */
static const char *const messages[CHECK_KINDS] = {
	"the row ends before this column",
	"is not valid UTF-8",
	NULL, /* of the type */
	"could not be decided: the pattern takes too many steps",
	"is missing, and the field is required",
	"is shorter than 'minLength' allows",
	"is longer than 'maxLength' allows",
	"is below the 'minimum'",
	"is above the 'maximum'",
	"is not above the 'exclusiveMinimum'",
	"is not below the 'exclusiveMaximum'",
	"does not match the 'pattern'",
	"is not in the 'enum'",
	"is not one of the 'categories'",
};

static const char *type_message(const vv_field *f)
{
	switch (f->type) {
	case VV_TYPE_STRING:
		return f->format[0] == 'e'   ? "is not an e-mail address"
		       : f->format[0] == 'b' ? "is not base64"
		       : f->format[1] == 'r' ? "is not a URI"
		       : f->format[1] == 'u' ? "is not a UUID"
					     : "is not a string";
	case VV_TYPE_INTEGER:
		return "is not an integer";
	case VV_TYPE_NUMBER:
		return "is not a number";
	case VV_TYPE_BOOLEAN:
		return "is not a boolean";
	case VV_TYPE_OBJECT:
		return "is not a JSON object";
	case VV_TYPE_ARRAY:
		return "is not a JSON array";
	case VV_TYPE_LIST:
		return "is not a list";
	case VV_TYPE_DATETIME:
		return "is not a datetime";
	case VV_TYPE_DATE:
		return "is not a date";
	case VV_TYPE_TIME:
		return "is not a time";
	case VV_TYPE_YEAR:
		return "is not a year";
	case VV_TYPE_YEARMONTH:
		return "is not a year and month";
	case VV_TYPE_DURATION:
		return "is not a duration";
	case VV_TYPE_GEOPOINT:
		return "is not a point";
	case VV_TYPE_GEOJSON:
		return f->format[0] == 't' ? "is not a JSON object" : "is not GeoJSON";
	default:
		return "is not a value of the field's type";
	}
}

/* As it was written, or as much of it as is shown of a value. */
static void put_as_written(vv_buf *out, const char *s, size_t len)
{
	vv_text_put_words(out, s, len, EXPECTED_WIDTH);
}

static void put_words(vv_buf *out, const char *const *words)
{
	for (size_t i = 0; words && words[i]; i++) {
		vv_buf_puts(out, i > 0 ? " " : "");
		put_as_written(out, words[i], strlen(words[i]));
	}
}

/* "an integer", "a date as %d.%m.%Y". */
static void put_type(vv_buf *out, const vv_field *f)
{
	static const char *const spelling[] = {
		[VV_TYPE_STRING] = "",
		[VV_TYPE_DATE] = " as 2024-01-31",
		[VV_TYPE_TIME] = " as 23:59:59",
		[VV_TYPE_DATETIME] = " as 2024-01-31T23:59:59Z",
		[VV_TYPE_YEAR] = " as 2024",
		[VV_TYPE_YEARMONTH] = " as 2024-01",
		[VV_TYPE_DURATION] = " as P1Y2M3DT4H5M6S",
		[VV_TYPE_GEOJSON] = "",
	};
	bool vowel = strchr("aeiou", vv_type_name(f->type)[0]) != NULL;

	vv_buf_printf(out, "%s %s", vowel ? "an" : "a", vv_type_name(f->type));
	if (strcmp(f->format, "default") != 0) {
		vv_buf_puts(out, strchr(f->format, '%') ? " as " : " of format ");
		put_as_written(out, f->format, strlen(f->format));
	} else if (f->type < sizeof(spelling) / sizeof(spelling[0]) && spelling[f->type]) {
		vv_buf_puts(out, spelling[f->type]);
	} else if (f->type == VV_TYPE_GEOPOINT) {
		vv_buf_puts(out, " as \"lon, lat\"");
	} else if (f->type == VV_TYPE_BOOLEAN) {
		vv_buf_puts(out, ": ");
		put_words(out, (const char *const *)f->true_values);
		vv_buf_puts(out, " / ");
		put_words(out, (const char *const *)f->false_values);
	} else if (f->type == VV_TYPE_NUMBER &&
		   (strcmp(f->decimal, ".") != 0 || f->group[0] != '\0')) {
		vv_buf_printf(out, " with decimalChar '%s'", vv_text_shows(f->decimal));
		if (f->group[0] != '\0') {
			vv_buf_printf(out, " and groupChar '%s'", vv_text_shows(f->group));
		}
	}
}

/* The first few values of a list of the descriptor. */
static void put_values(vv_buf *out, const vv_json *list)
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

static void put_bound(vv_buf *out, const char *words, const check_bound *b)
{
	vv_buf_printf(out, "%s ", words);
	put_as_written(out, b->text, b->text_len);
}

void check_put_expected(vv_buf *out, const check_column *c, unsigned kind)
{
	const vv_field *f = c->field;

	vv_buf_reset(out);
	switch (kind) {
	case CHECK_MISSING_CELL:
		vv_buf_puts(out, "a cell");
		break;
	case CHECK_ENCODING:
		vv_buf_puts(out, "UTF-8");
		break;
	case CHECK_TYPE:
		put_type(out, f);
		break;
	case CHECK_REQUIRED:
		vv_buf_puts(out, "a value");
		break;
	case CHECK_MIN_LENGTH:
		vv_buf_printf(out, "a length of at least %llu", (unsigned long long)c->min_length);
		break;
	case CHECK_MAX_LENGTH:
		vv_buf_printf(out, "a length of at most %llu", (unsigned long long)c->max_length);
		break;
	case CHECK_MINIMUM:
		put_bound(out, "at least", &c->bounds[BOUND_MINIMUM]);
		break;
	case CHECK_MAXIMUM:
		put_bound(out, "at most", &c->bounds[BOUND_MAXIMUM]);
		break;
	case CHECK_ABOVE:
		put_bound(out, "more than", &c->bounds[BOUND_ABOVE]);
		break;
	case CHECK_BELOW:
		put_bound(out, "less than", &c->bounds[BOUND_BELOW]);
		break;
	case CHECK_PATTERN:
	case CHECK_BUDGET:
		vv_buf_puts(out, "the pattern ");
		put_as_written(out, c->pattern_text, strlen(c->pattern_text));
		break;
	case CHECK_ENUM:
		put_values(out, vv_json_get(vv_json_get(f->json, "constraints"), "enum"));
		break;
	default:
		put_values(out, vv_json_get(f->json, "categories"));
		break;
	}
}

const char *check_message(const check_column *c, unsigned kind)
{
	return messages[kind] ? messages[kind] : type_message(c->field);
}
