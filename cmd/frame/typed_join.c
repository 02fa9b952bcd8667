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

char vv_typed_delimiter(const char *file, size_t *count)
{
	char line[4096], best = ',';
	FILE *f = vv_typed_open(file);

	*count = 0;
	if (!f) return '\0';
	const bool read = fgets(line, sizeof(line), f) != NULL;
	fclose(f);
	if (!read) return '\0';
	for (const char *d = ",;\t|"; *d; d++) {
		const size_t have = vv_count_byte(line, strlen(line), *d);

		if (have > *count) {
			best = *d;
			*count = have;
		}
	}
	return best;
}

void vv_typed_columns(vv_string_list *out, const char *file)
{
	size_t count;
	const char between[] = {vv_typed_delimiter(file, &count), '\r', '\n', '\0'};
	char line[4096];
	FILE *f = vv_typed_open(file);
	const bool read = f && fgets(line, sizeof(line), f);

	if (f) {
		fclose(f);
	}
	for (char *name = read ? strtok(line, between) : NULL; name; name = strtok(NULL, between)) {
		if (!vv_typed_is_name(name, strlen(name))) {
			vv_string_list_clear(out);
			return;
		}
		(void)vv_string_list_add(out, vv_strdup(name), VV_IGNORED);
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
			vv_buf_printf(&common, "%s%s", common.len > 0 ? ", " : "", *it);
		}
	}
	const char *of_a = find_reference(&a, more), *of_b = find_reference(&b, file);
	if (column || common.len > 0) {
		vv_buf_printf(room, "USING (%s)", column ? column : vv_buf_cstr(&common));
	} else if (of_a && vv_text_is_among("id", VV_TEXTS(b.items), b.count)) {
		vv_buf_printf(room, "ON a.%s = b.id", of_a);
	} else if (of_b && vv_text_is_among("id", VV_TEXTS(a.items), a.count)) {
		vv_buf_printf(room, "ON a.id = b.%s", of_b);
	}
	return room->len > 0 ? vv_buf_cstr(room) : NULL;
}
