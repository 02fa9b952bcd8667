/*
 * accept: knows how the trailer is written.
 */
#include "lib/work/check/accept.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "dataset/check/finding.h"

void vv_accepts_clear(vv_accepts *a)
{
	vv_arena_clear(&a->arena);
	a->first = NULL;
}

static vv_status add(vv_accepts *a, const char *rule, size_t rule_len, const char *path,
		     size_t path_len, const char *why, size_t why_len, vv_error *err)
{
	vv_accept *one = vv_arena_calloc(&a->arena, 1, sizeof(*one));

	if (!one || !(one->rule = vv_arena_strndup(&a->arena, rule, rule_len)) ||
	    (path && !(one->path = vv_arena_strndup(&a->arena, path, path_len))) ||
	    !(one->why = vv_arena_strndup(&a->arena, why, why_len))) {
		return vv_fail_nomem(err);
	}
	one->next = a->first;
	a->first = one;
	return VV_OK;
}

vv_status vv_accepts_add(vv_accepts *a, const char *rule, const char *path, const char *why,
			 vv_error *err)
{
	if (!vv_rule_find(rule)) {
		const char *near = vv_rule_nearest(rule);

		vv_fail(err, VV_EUSAGE, "there is no rule '%s'", vv_text_shows(rule));
		return near ? vv_hint(err, "did you mean '%s'?", near) : VV_EUSAGE;
	}
	return add(a, rule, strlen(rule), path, path ? strlen(path) : 0, why, strlen(why), err);
}

/* A word, or a text in double quotes with \" and \\ in it, decoded into out. */
static bool take_word(const char **s, const char *end, vv_buf *out)
{
	const char *p = *s;

	vv_buf_reset(out);
	while (p < end && (*p == ' ' || *p == '\t')) {
		p++;
	}
	bool quoted = p < end && *p == '"';
	for (p += quoted; p < end && (quoted ? *p != '"' : *p != ' ' && *p != '\t'); p++) {
		if (quoted && *p == '\\' && p + 1 < end) {
			p++;
		}
		vv_buf_putc(out, *p);
	}
	if (quoted && p == end) return false;
	*s = p + quoted;
	return out->len > 0;
}

static vv_status read_line(vv_accepts *a, const char *line, size_t len, vv_buf *wrong,
			   vv_error *err)
{
	const char *s = line + strlen(VV_ACCEPT_TRAILER), *end = line + len;
	vv_auto(vv_buf) rule = VV_BUF_INIT, path = VV_BUF_INIT, why = VV_BUF_INIT;
	vv_status rc = VV_OK;

	if (!take_word(&s, end, &rule) || !take_word(&s, end, &path) || !take_word(&s, end, &why)) {
		vv_buf_printf(wrong, "'%s' is not RULE PATH \"WHY\"\n", vv_text_show(line, len));
	} else if (!vv_rule_find(rule.data)) {
		const char *near = vv_rule_nearest(rule.data);

		vv_buf_printf(wrong, "'%s': there is no rule '%s'%s%s%s\n", vv_text_show(line, len),
			      vv_text_show(rule.data, rule.len), near ? "; did you mean '" : "",
			      near ? near : "", near ? "'?" : "");
	} else {
		rc = add(a, rule.data, rule.len, path.data, path.len, why.data, why.len, err);
	}
	if (rc == VV_OK && (rule.failed || path.failed || why.failed)) {
		rc = vv_fail_nomem(err);
	}
	return rc;
}

/* Where the last paragraph begins. */
static const char *last_paragraph(const char *message)
{
	size_t len = strlen(message);

	while (len > 0 &&
	       (message[len - 1] == '\n' || message[len - 1] == '\r' || message[len - 1] == ' ')) {
		len--;
	}
	while (len > 1 && !(message[len - 1] == '\n' &&
			    (message[len - 2] == '\n' ||
			     (len > 2 && message[len - 2] == '\r' && message[len - 3] == '\n')))) {
		len--;
	}
	return len > 1 ? message + len : message;
}

vv_status vv_accepts_read(vv_accepts *a, const char *message, vv_buf *wrong, vv_error *err)
{
	const char *line = last_paragraph(message);
	vv_status rc = VV_OK;

	while (rc == VV_OK && *line) {
		size_t len = strcspn(line, "\r\n");

		if (strncasecmp(line, VV_ACCEPT_TRAILER, strlen(VV_ACCEPT_TRAILER)) == 0) {
			rc = read_line(a, line, len, wrong, err);
		}
		line += len;
		line += strspn(line, "\r\n");
	}
	return rc < 0 ? rc : vv_buf_ok(wrong, err);
}

const char *vv_accepts_find(const vv_accepts *a, const char *rule, const char *path)
{
	for (const vv_accept *one = a->first; one; one = one->next) {
		if (strcmp(one->rule, rule) == 0 && (!one->path || strcmp(one->path, path) == 0)) {
			return one->why;
		}
	}
	return NULL;
}

static void put_word(vv_buf *out, const char *s, bool always)
{
	if (!always && *s && !strpbrk(s, " \t\"\\")) {
		vv_buf_puts(out, s);
		return;
	}
	vv_buf_putc(out, '"');
	for (; *s; s++) {
		if (*s == '"' || *s == '\\') {
			vv_buf_putc(out, '\\');
		}
		vv_buf_putc(out, *s == '\n' || *s == '\r' ? ' ' : *s);
	}
	vv_buf_putc(out, '"');
}

void vv_accept_put(vv_buf *out, const char *rule, const char *path, const char *why)
{
	vv_buf_puts(out, VV_ACCEPT_TRAILER " ");
	put_word(out, rule, false);
	vv_buf_putc(out, ' ');
	put_word(out, path, false);
	vv_buf_putc(out, ' ');
	put_word(out, why, true);
}
