/*
 * view_format: the words of --format, --misfit and --numbers; jsonl is a second word for ndjson.
 */
#include "lib/view/view_format.h"

#include <string.h>

#include "base/array.h"
#include "varve/arrow.h"

bool vv_view_format_parse(vv_view_format *out, const char *name)
{
	static const struct {
		const char *name;
		vv_view_format format;
	} known[] = {{"csv", VV_VIEW_CSV},      {"tsv", VV_VIEW_TSV},
		     {"json", VV_VIEW_JSON},    {"ndjson", VV_VIEW_NDJSON},
		     {"jsonl", VV_VIEW_NDJSON}, {"table", VV_VIEW_TABLE},
		     {"arrow", VV_VIEW_ARROW}};

	vv_array_each(known, sizeof(known) / sizeof(known[0]), it) {
		if (strcmp(it->name, name) == 0) {
			*out = it->format;
			return true;
		}
	}
	return false;
}

int32_t vv_view_misfit(const char *word)
{
	if (!word || strcmp(word, "error") == 0) return VARVE_MISFIT_ERROR;
	return strcmp(word, "null") == 0 ? VARVE_MISFIT_NULL : VARVE_MISFIT_TEXT;
}

int32_t vv_view_numbers(const char *word)
{
	if (!word || strcmp(word, "double") == 0) return VARVE_NUMBERS_DOUBLE;
	return strcmp(word, "text") == 0 ? VARVE_NUMBERS_TEXT : VARVE_NUMBERS_DECIMAL;
}
