/*
 * Rewrites any text as SQL: what names neither a version nor a function of varve stays as it is.
 */
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/sql/vtab/module.h"
#include "cmd/sql/vtab/rewrite.h"
#include "tests/fuzz/fuzz.h"

/* Letters of either case; word is in lower case. */
static bool has_word(const uint8_t *data, size_t size, const char *word)
{
	size_t len = strlen(word);

	for (size_t i = 0; i + len <= size; i++) {
		size_t n = 0;

		while (n < len && (data[i + n] | 0x20) == word[n]) {
			n++;
		}
		if (n == len) return true;
	}
	return false;
}

static int install(sqlite3 *db, char **message, const struct sqlite3_api_routines *api)
{
	return vv_sql_module_install(NULL, db, message, api);
}

/* SQLite passes its functions to what it calls for a new connection. */
static void begin(void)
{
	static bool begun;
	sqlite3 *db;

	if (begun) return;
	begun = true;
	if (sqlite3_auto_extension((void (*)(void))install) != SQLITE_OK ||
	    sqlite3_open(":memory:", &db) != SQLITE_OK) {
		abort();
	}
	(void)sqlite3_close(db);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* A copy of just this size, so that reading on is seen. */
	char *text = malloc(size > 0 ? size : 1);
	sqlite3_str *out;
	char *now;

	if (!text) return 0;
	memcpy(text, data, size);
	begin();
	out = sqlite3_str_new(NULL);
	vv_sql_rewrite(out, text, size);
	if (!has_word(data, size, "of") && !has_word(data, size, "varve") &&
	    ((size_t)sqlite3_str_length(out) != size ||
	     (size > 0 && memcmp(sqlite3_str_value(out), text, size) != 0))) {
		abort();
	}
	now = sqlite3_str_finish(out);
	sqlite3_free(now);
	free(text);
	return 0;
}
