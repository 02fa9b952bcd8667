/*
 * version_hint: which hints about a file cannot be followed for a version of it, and what takes their place.
 */
#include "lib/names/version_internal.h"

#include <string.h>

#include "base/array.h"
#include "base/hint.h"
#include "lib/names/version.h"

void vv_subject_hint(const vv_subject *s, vv_error *err)
{
	static const struct {
		vv_hint_id added, read;
	} hints[] = {{VV_HINT_AS_FILE, VV_HINT_VERSION_TEXT},
		     {VV_HINT_CLEAN, VV_HINT_VERSION_TEXT},
		     {VV_HINT_CLEAN_CSV, VV_HINT_VERSION_CSV},
		     {VV_HINT_CLEAN_QUOTES, VV_HINT_VERSION_QUOTES},
		     {VV_HINT_UNSEEN_DOCUMENT, VV_HINT_UNSEEN_OPEN}};

	if (!err || s->from == VV_FROM_WORK) return;
	vv_array_each(hints, sizeof(hints) / sizeof(hints[0]), it) {
		if (it->added == err->hint_id) {
			vv_hint_clear(err);
			(void)vv_hint_code(err, it->read, s->text);
			return;
		}
	}
	/* of readers that know no file: "'--encoding NAME' ...; '--as file' keeps it as bytes" */
	char *option = err->hint_id == VV_HINT_WORDS ? strstr(err->hint, "'--as file'") : NULL;
	if (option == err->hint && option) {
		vv_hint_clear(err);
		(void)vv_hint_code(err, VV_HINT_VERSION_TEXT, s->text);
		return;
	}
	while (option && option > err->hint && *option != ';') {
		option--;
	}
	if (option && *option == ';') {
		*option = '\0';
	}
}
