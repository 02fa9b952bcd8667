/*
 * typed_join: reads the first lines of files.
 */
#include "cmd/frame/typed_join.h"

#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/text.h"

FILE *vv_typed_open(const char *file)
{
	const int fd = file ? vv_open_regular(file, 0, VV_IGNORED) : -1;
	FILE *f = fd >= 0 ? fdopen(fd, "rb") : NULL;

	if (!f) {
		(void)vv_close(fd, NULL, NULL);
	}
	return f;
}

bool vv_typed_is_name(const char *name, size_t len)
{
	return len > 0 && !vv_is_digit(*name) &&
	       vv_find_place(i, len, !vv_is_alnum(name[i]) && name[i] != '_') == len;
}

/* Words of SQL, and of conditions, that are not names without quotes. */
static bool is_keyword(const char *word)
{
	static const char *const words[] = {
		"add",     "all",        "alter",   "and",    "as",     "between",  "case",
		"check",   "create",     "default", "delete", "desc",   "distinct", "drop",
		"else",    "end",        "exists",  "from",   "group",  "having",   "in",
		"index",   "insert",     "into",    "is",     "join",   "like",     "limit",
		"matches", "not",        "null",    "offset", "on",     "or",       "order",
		"primary", "references", "select",  "set",    "table",  "then",     "to",
		"union",   "unique",     "update",  "using",  "values", "when",     "where"};

	return vv_array_find(words, sizeof(words) / sizeof(words[0]), it,
			     vv_ascii_equal(*it, word)) != NULL;
}

void vv_typed_put_name(vv_buf *line, const char *name)
{
	if (vv_typed_is_name(name, strlen(name)) && !is_keyword(name)) {
		vv_buf_puts(line, name);
		return;
	}
	vv_buf_putc(line, '"');
	for (; *name; name++) {
		vv_buf_puts(line, *name == '"' ? "\"" : "");
		vv_buf_putc(line, *name);
	}
	vv_buf_putc(line, '"');
}

char *vv_typed_next_name(const char **names)
{
	const size_t len = strcspn(*names, ",");
	char *name = **names ? vv_strndup(*names, len) : NULL;

	*names += len + ((*names)[len] == ',');
	return name;
}

char vv_typed_delimiter(const char *file, size_t *count)
{
	char line[4096], best = ',';
	FILE *f = vv_typed_open(file);

	*count = 0;
	if (!f) return '\0';
	const bool read = fgets(line, sizeof(line), f) != NULL;
	fclose(f);
	if (!read || strchr("[{", *line)) return '\0'; /* JSON */
	for (const char *d = ",;\t|"; *d; d++) {
		const size_t have = vv_count_byte(line, strlen(line), *d);

		if (have > *count) {
			best = *d;
			*count = have;
		}
	}
	return best;
}

size_t vv_typed_split(char *line, char mark, char **out, size_t most)
{
	size_t count = 0;
	char *from = line, *to = line;
	bool more = true;

	line[strcspn(line, "\r\n")] = '\0';
	while (more && count < most) {
		bool quoted = *from == '"';

		out[count++] = to;
		from += quoted;
		while (*from && (quoted || *from != mark)) {
			if (quoted && *from == '"' && *++from != '"') {
				quoted = false;
				continue;
			}
			*to++ = *from++;
		}
		if (quoted) return 0;
		more = *from != '\0';
		from += more;
		*to++ = '\0';
	}
	return count;
}

/* Adds the names in the first object of JSON. */
static void read_object(vv_string_list *out, const char *text)
{
	int depth = 0;

	for (const char *c = text; *c; c++) {
		const char *begin = c + 1;

		if (*c == '"') {
			for (c++; *c && *c != '"'; c++) {
				c += *c == '\\' && c[1];
			}
			if (!*c) return;
			if (depth == 1 && c[1 + strspn(c + 1, " \t\r\n")] == ':') {
				(void)vv_string_list_add(
					out, vv_strndup(begin, (size_t)(c - begin)), VV_IGNORED);
			}
		}
		depth += *c == '{' || (depth > 0 && *c == '[');
		depth -= *c == '}' || (depth > 1 && *c == ']');
		if (*c == '}' && depth == 0) return;
	}
}

/* Adds the cells of the first line; those without a text as add names them. */
static void read_header(vv_string_list *out, char *line, char mark)
{
	enum { MOST = 256 };
	char *names[MOST];
	size_t count = 0;

	line[strcspn(line, "\r\n")] = '\0';
	while (line[count] && ((unsigned char)line[count] >= ' ' || line[count] == '\t')) {
		count++;
	}
	count = *line && !line[count] ? vv_typed_split(line, mark, names, MOST) : 0;
	for (size_t i = 0; i < count; i++) {
		(void)vv_string_list_add(
			out, *names[i] ? vv_strdup(names[i]) : vv_asprintf("field%zu", i + 1),
			VV_IGNORED);
	}
}

void vv_typed_columns(vv_string_list *out, const char *file)
{
	char text[8192], *begin = text;
	size_t count, len = 0;
	const char mark = vv_typed_delimiter(file, &count);
	FILE *f = vv_typed_open(file);

	if (f) {
		len = fread(text, 1, sizeof(text) - 1, f);
		fclose(f);
	}
	text[len] = '\0';
	begin += strncmp(text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
	if (strchr("[{", *begin) && *begin) {
		read_object(out, begin);
	} else {
		read_header(out, begin, mark);
	}
}

/* Returns the column of a table that has the ids of the other one: "customer_id" for customers.csv. NULL: none. */
static const char *find_reference(const vv_string_list *columns, const char *other)
{
	vv_array_each(columns->items, columns->count, it) {
		const size_t len = strlen(*it);

		if (len > 3 && strcmp(*it + len - 3, "_id") == 0 &&
		    strncmp(other, *it, len - 3) == 0) {
			return *it;
		}
	}
	return NULL;
}

const char *vv_typed_join(vv_buf *room, const char *file, const char *more, const char *column)
{
	vv_auto(vv_string_list) a = {0}, b = {0};
	vv_auto(vv_buf) common = VV_BUF_INIT;

	vv_typed_columns(&a, file);
	vv_typed_columns(&b, more);
	vv_array_each(a.items, a.count, it) {
		if (vv_text_is_among(*it, VV_TEXTS(b.items), b.count)) {
			vv_buf_puts(&common, common.len > 0 ? ", " : "");
			vv_typed_put_name(&common, *it);
		}
	}
	const char *of_a = find_reference(&a, more), *of_b = find_reference(&b, file);
	if (column) {
		vv_buf_puts(room, "USING (");
		vv_typed_put_name(room, column);
		vv_buf_putc(room, ')');
	} else if (common.len > 0) {
		vv_buf_printf(room, "USING (%s)", vv_buf_cstr(&common));
	} else if (of_a && vv_text_is_among("id", VV_TEXTS(b.items), b.count)) {
		vv_buf_printf(room, "ON a.%s = b.id", of_a);
	} else if (of_b && vv_text_is_among("id", VV_TEXTS(a.items), a.count)) {
		vv_buf_printf(room, "ON a.id = b.%s", of_b);
	}
	return room->len > 0 ? vv_buf_cstr(room) : NULL;
}
