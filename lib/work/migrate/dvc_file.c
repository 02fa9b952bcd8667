/*
 * dvc_file: reads the few lines of YAML that DVC writes; a file written otherwise is not one.
 */
#include "lib/work/migrate/dvc_file.h"

#include <string.h>

/* The value of "key: value" in a line; NULL: it has another key. */
static const char *value_of(const char *line, size_t len, const char *key, size_t *value_len)
{
	size_t key_len = strlen(key);

	if (len < key_len + 1 || memcmp(line, key, key_len) != 0 || line[key_len] != ':') {
		return NULL;
	}
	line += key_len + 1;
	len -= key_len + 1;
	while (len > 0 && *line == ' ') {
		line++;
		len--;
	}
	*value_len = len;
	return line;
}

/* A plain scalar, or one in single quotes without any inside. */
static bool take_name(vv_buf *out, const char *value, size_t len)
{
	if (len >= 2 && value[0] == '\'' && value[len - 1] == '\'') {
		value++;
		len -= 2;
	} else if (len > 0 && strchr("'\"&*!|>%@`{[", value[0])) {
		return false;
	}
	if (len == 0 || memchr(value, '\'', len) || memchr(value, '/', len) ||
	    memchr(value, '\0', len)) {
		return false;
	}
	vv_buf_put(out, value, len);
	return true;
}

static bool take_md5(char *out, const char *value, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (!strchr("0123456789abcdef", value[i])) return false;
	}
	if (len != VV_MD5_TEXT || *out) return false;
	memcpy(out, value, len);
	return true;
}

bool vv_dvc_file_read(vv_dvc_file *out, const char *text, size_t len)
{
	const char *end = text + len;
	bool outs = false;
	size_t items = 0;

	for (const char *p = text, *next; p < end; p = next) {
		const char *eol = memchr(p, '\n', (size_t)(end - p)), *value;
		size_t line = (size_t)((eol ? eol : end) - p), value_len;

		next = eol ? eol + 1 : end;
		if (line > 0 && p[line - 1] == '\r') {
			line--;
		}
		if (line > 0 && *p != ' ' && *p != '-') { /* a key of the top */
			outs = line == strlen("outs:") && memcmp(p, "outs:", line) == 0;
			if (value_of(p, line, "wdir", &value_len)) return false;
			continue;
		}
		if (!outs || line < 3) {
			continue;
		}
		items += *p == '-';
		p += 2;
		line -= 2;
		if ((value = value_of(p, line, "md5", &value_len)) &&
		    !take_md5(out->md5, value, value_len)) {
			return false;
		}
		if ((value = value_of(p, line, "path", &value_len)) &&
		    !take_name(&out->name, value, value_len)) {
			return false;
		}
	}
	return items == 1 && out->md5[0] && out->name.len > 0;
}
