/* door: words of errors, parameters, and the entry of the extension. */
#define DUCKDB_EXTENSION_NAME varve
#include "door.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS_MAX = 2048 };

/* name, words: $1 to $3 are arguments for a shell, %1 to %3 are arguments as they are; made by hints.py */
static const char *const hint_words[][2] = {
#include "hints.inc"
};

/* A text that grows to a limit. */
typedef struct words {
	char *to;
	size_t len;
} words;

static void add_text(words *w, const char *text, size_t len)
{
	const size_t room = WORDS_MAX - 1 - w->len;

	len = len < room ? len : room;
	memcpy(w->to + w->len, text, len);
	w->len += len;
	w->to[w->len] = '\0';
}

static bool is_plain(const char *text)
{
	return *text &&
	       strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
			    "_./:@=+-") == strlen(text);
}

static void add_for_shell(words *w, const char *text)
{
	if (is_plain(text)) {
		add_text(w, text, strlen(text));
		return;
	}
	add_text(w, "'", 1);
	for (; *text; text++) {
		if (*text == '\'') {
			add_text(w, "'\\''", 4);
		} else {
			add_text(w, text, 1);
		}
	}
	add_text(w, "'", 1);
}

static void add_hint(words *w, const char *hint, const char *args[3])
{
	for (; *hint; hint++) {
		const bool shell = *hint == '$', place = shell || *hint == '%';

		if (!place || hint[1] < '1' || hint[1] > '3') {
			add_text(w, hint, 1);
			continue;
		}
		const char *arg = args[*++hint - '1'];

		if (shell) {
			add_for_shell(w, arg);
		} else {
			add_text(w, arg, strlen(arg));
		}
	}
}

static const char *put_words(char out[WORDS_MAX], const varve_error *err)
{
	words w = {.to = out};
	const char *args[3] = {"", "", ""}, *name = varve_error_hint(err, args), *hint = err->hint;

	for (size_t i = 0; name && i < sizeof(hint_words) / sizeof(*hint_words); i++) {
		if (strcmp(hint_words[i][0], name) == 0) {
			hint = hint_words[i][1];
		}
	}
	add_text(&w, err->message, strlen(err->message));
	if (*hint) {
		add_text(&w, "\nhint: ", 7);
		add_hint(&w, hint, args);
	}
	return out;
}

void door_bind_error(duckdb_bind_info info, const varve_error *err)
{
	char text[WORDS_MAX];

	duckdb_bind_set_error(info, put_words(text, err));
}

void door_init_error(duckdb_init_info info, const varve_error *err)
{
	char text[WORDS_MAX];

	duckdb_init_set_error(info, put_words(text, err));
}

void door_next_end(duckdb_function_info info, duckdb_data_chunk out, int64_t rows,
		   const varve_error *err)
{
	char text[WORDS_MAX];

	if (rows < 0) {
		duckdb_function_set_error(info, put_words(text, err));
	} else {
		duckdb_data_chunk_set_size(out, (idx_t)rows);
	}
}

int door_no_memory(varve_error *err)
{
	return varve_error_set(err, VARVE_ENOMEM, "out of memory");
}

static char *text_of(duckdb_value value)
{
	char *text = value && !duckdb_is_null_value(value) ? duckdb_get_varchar(value) : NULL;

	duckdb_destroy_value(&value);
	return text;
}

char *door_text(duckdb_bind_info info, idx_t place)
{
	return text_of(duckdb_bind_get_parameter(info, place));
}

char *door_named_text(duckdb_bind_info info, const char *name)
{
	return text_of(duckdb_bind_get_named_parameter(info, name));
}

bool door_named_flag(duckdb_bind_info info, const char *name, bool otherwise)
{
	duckdb_value value = duckdb_bind_get_named_parameter(info, name);
	const bool given = value && !duckdb_is_null_value(value);
	const bool flag = given ? duckdb_get_bool(value) : otherwise;

	duckdb_destroy_value(&value);
	return flag;
}

/* Sets *choice to the place of the named parameter's text in known, which NULL ends; 0 if it is not given. */
static int named_choice(int32_t *choice, duckdb_bind_info info, const char *name,
			const char *const *known, varve_error *err)
{
	char *given = door_named_text(info, name), message[256];
	size_t len = 0;

	for (*choice = 0; given && known[*choice]; ++*choice) {
		if (strcmp(given, known[*choice]) == 0) {
			break;
		}
	}
	if (!given || known[*choice]) {
		duckdb_free(given);
		return VARVE_OK;
	}
	len = (size_t)snprintf(message, sizeof(message), "%s must be one of:", name);
	for (size_t i = 0; known[i] && len < sizeof(message); i++) {
		len += (size_t)snprintf(message + len, sizeof(message) - len, " '%s'", known[i]);
	}
	duckdb_free(given);
	return varve_error_set(err, VARVE_EUSAGE, message);
}

int door_reading_get(door_reading *out, duckdb_bind_info info, varve_error *err)
{
	static const char *const numbers[] = {"double", "text", "decimal", NULL};
	static const char *const misfits[] = {"error", "null", NULL};
	char *filter = door_named_text(info, "filter");
	int rc = filter ? varve_filter_parse(&out->where, filter, NULL, 0, err) : VARVE_OK;

	duckdb_free(filter);
	if (rc < 0 || (rc = named_choice(&out->numbers, info, "numbers", numbers, err)) < 0) {
		return rc;
	}
	out->flags = door_named_flag(info, "text", false) ? VARVE_ARROW_TEXT : 0;
	return named_choice(&out->misfit, info, "misfits", misfits, err);
}

int door_columns_get(door_columns *out, duckdb_init_info info, size_t of, varve_error *err)
{
	const idx_t count = duckdb_init_get_column_count(info);

	out->places = calloc(count + 1, sizeof(*out->places));
	out->vectors = calloc(count + 1, sizeof(*out->vectors));
	if (!out->places || !out->vectors) return door_no_memory(err);
	for (idx_t i = 0; i < count; i++) {
		const idx_t place = duckdb_init_get_column_index(info, i);

		if (place < of) {
			out->places[out->count] = place;
			out->vectors[out->count++] = i;
		}
	}
	return VARVE_OK;
}

void door_columns_clear(door_columns *c)
{
	free(c->places);
	free(c->vectors);
}

int door_open(varve_repo **repo, const char *place, varve_error *err)
{
	varve_repo_options how = VARVE_INIT(varve_repo_options);

	if (!place) return varve_error_set(err, VARVE_EUSAGE, "the repository must not be NULL");
	how.flags = VARVE_OPEN_ENVIRON | VARVE_OPEN_LAZY;
	if (strstr(place, "://")) {
		how.flags |= VARVE_OPEN_URL;
	}
	return varve_repo_open(repo, place, &how, err);
}

void door_put_null(duckdb_vector vector, idx_t row)
{
	duckdb_vector_ensure_validity_writable(vector);
	duckdb_validity_set_row_invalid(duckdb_vector_get_validity(vector), row);
}

/* The length of a character of UTF-8; 0: the bytes are not one. */
static size_t character_len(const uint8_t *at, size_t left)
{
	size_t len = 1;
	uint32_t c = at[0];

	if (c < 0x80) return 1;
	if (c >= 0xc2 && c < 0xe0) {
		len = 2;
		c &= 0x1f;
	} else if (c >= 0xe0 && c < 0xf0) {
		len = 3;
		c &= 0x0f;
	} else if (c >= 0xf0 && c < 0xf5) {
		len = 4;
		c &= 0x07;
	} else {
		return 0;
	}
	if (len > left) return 0;
	for (size_t i = 1; i < len; i++) {
		if ((at[i] & 0xc0) != 0x80) return 0;
		c = c << 6 | (at[i] & 0x3f);
	}
	const bool surrogate = c >= 0xd800 && c < 0xe000;
	const bool overlong = (len == 3 && c < 0x800) || (len == 4 && c < 0x10000);

	return surrogate || overlong || c > 0x10ffff ? 0 : len;
}

/* Git does not demand UTF-8 of names, paths and messages; DuckDB does. */
void door_put_text(duckdb_vector vector, idx_t row, const char *text)
{
	const size_t len = text ? strlen(text) : 0;
	char *clean = text ? malloc(3 * len + 1) : NULL;
	size_t put = 0;

	if (!clean) {
		door_put_null(vector, row);
		return;
	}
	for (size_t i = 0; i < len;) {
		const size_t n = character_len((const uint8_t *)text + i, len - i);

		memcpy(clean + put, n > 0 ? text + i : "\xef\xbf\xbd", n > 0 ? n : 3);
		put += n > 0 ? n : 3;
		i += n > 0 ? n : 1;
	}
	duckdb_vector_assign_string_element_len(vector, row, clean, put);
	free(clean);
}

static bool register_function(duckdb_connection connection, const door_function *f)
{
	duckdb_table_function made = duckdb_create_table_function();
	duckdb_logical_type text = duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR),
			    flag = duckdb_create_logical_type(DUCKDB_TYPE_BOOLEAN);

	duckdb_table_function_set_name(made, f->name);
	for (idx_t i = 0; i < f->texts; i++) {
		duckdb_table_function_add_parameter(made, text);
	}
	for (const char *const *name = f->named_texts; *name; name++) {
		duckdb_table_function_add_named_parameter(made, *name, text);
	}
	for (const char *const *name = f->named_flags; *name; name++) {
		duckdb_table_function_add_named_parameter(made, *name, flag);
	}
	duckdb_table_function_set_bind(made, f->bind);
	duckdb_table_function_set_init(made, f->init);
	duckdb_table_function_set_local_init(made, f->local_init);
	duckdb_table_function_set_function(made, f->next);
	duckdb_table_function_supports_projection_pushdown(made, true);
	const bool ok = duckdb_register_table_function(connection, made) == DuckDBSuccess;

	duckdb_destroy_logical_type(&text);
	duckdb_destroy_logical_type(&flag);
	duckdb_destroy_table_function(&made);
	return ok;
}

DUCKDB_EXTENSION_ENTRYPOINT(duckdb_connection connection, duckdb_extension_info info,
			    struct duckdb_extension_access *access)
{
	static const door_function *const all[] = {&door_read, &door_diff, &door_log};

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		if (!register_function(connection, all[i])) {
			access->set_error(info, "varve: DuckDB did not register a table function");
			return false;
		}
	}
	return true;
}
