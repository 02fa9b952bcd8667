/*
 * misfit: the words, by type and format.
 */
#include "dataset/schema/misfit.h"

#include <string.h>

#include "base/text.h"
#include "dataset/schema/type.h"

#define EXPECTED_WIDTH 240u

const char *vv_misfit_words(const vv_field *f)
{
	static const char *const messages[] = {
		[VV_TYPE_ANY] = "is not a value of the field's type",
		[VV_TYPE_STRING] = "is not a string",
		[VV_TYPE_INTEGER] = "is not an integer",
		[VV_TYPE_NUMBER] = "is not a number",
		[VV_TYPE_BOOLEAN] = "is not a boolean",
		[VV_TYPE_OBJECT] = "is not a JSON object",
		[VV_TYPE_ARRAY] = "is not a JSON array",
		[VV_TYPE_LIST] = "is not a list",
		[VV_TYPE_DATETIME] = "is not a datetime",
		[VV_TYPE_DATE] = "is not a date",
		[VV_TYPE_TIME] = "is not a time",
		[VV_TYPE_YEAR] = "is not a year",
		[VV_TYPE_YEARMONTH] = "is not a year and month",
		[VV_TYPE_DURATION] = "is not a duration",
		[VV_TYPE_GEOPOINT] = "is not a point",
		[VV_TYPE_GEOJSON] = "is not GeoJSON",
	};

	if (f->type == VV_TYPE_GEOJSON && f->format[0] == 't') return "is not a JSON object";
	if (f->type != VV_TYPE_STRING) return messages[f->type];
	if (f->format[0] == 'e') return "is not an e-mail address";
	if (f->format[0] == 'b') return "is not base64";
	if (f->format[1] == 'r') return "is not a URI";
	if (f->format[1] == 'u') return "is not a UUID";
	return messages[VV_TYPE_STRING];
}

static void put_words(vv_buf *out, const char *const *words)
{
	for (size_t i = 0; words && words[i]; i++) {
		vv_buf_puts(out, i > 0 ? " " : "");
		vv_text_put_words(out, words[i], strlen(words[i]), EXPECTED_WIDTH);
	}
}

void vv_misfit_put_expected(vv_buf *out, const vv_field *f)
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
		vv_text_put_words(out, f->format, strlen(f->format), EXPECTED_WIDTH);
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
