/*
 * error: fills vv_error values, cuts text to fit, and maps errno to codes.
 */
#include "base/error.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/hint.h"
#include "base/os.h"
#include "base/show.h"

static bool inside_character(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

#define WORD 24u /* bytes that are given away so that no word is cut */

/* Where a blank begins within the first bytes of text; 0: nowhere near. */
static size_t to_blank(const char *text)
{
	for (size_t i = 0; i < WORD && text[i]; i++) {
		if (text[i] == ' ') return i;
	}
	return 0;
}

/* How much of the first len bytes stays so that it ends with a blank; len: there is none near the end. */
static size_t back_to_blank(const char *text, size_t len)
{
	for (size_t i = len; i > 0 && len - i < WORD; i--) {
		if (text[i - 1] == ' ') return i;
	}
	return len;
}

/* Copies text into out (of size bytes). A text that is too long loses its middle, since its end has
 * the reason. Cuts at the end of a word if one is near, and never inside a UTF-8 sequence. */
static void copy_cut(char *out, size_t size, const char *text)
{
	static const char gap[] = "...";
	size_t len = strlen(text), tail_len = size / 3;

	if (len < size) {
		memcpy(out, text, len + 1);
		return;
	}
	const char *tail = text + len - tail_len;
	while (inside_character(*tail)) {
		tail++;
		tail_len--;
	}
	size_t skip = to_blank(tail);
	tail += skip;
	tail_len -= skip;
	size_t head_len = size - sizeof gap - tail_len;
	while (head_len > 0 && inside_character(text[head_len])) {
		head_len--;
	}
	head_len = back_to_blank(text, head_len);
	memcpy(out, text, head_len);
	memcpy(out + head_len, gap, sizeof gap - 1);
	memcpy(out + head_len + sizeof gap - 1, tail, tail_len + 1);
}

#define FORMAT_MAX 5120u /* room for a path and a sentence about it */

/* Formats behind the back of err: an argument may point into it. */
static void format_text(char text[FORMAT_MAX], const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));

static void format_text(char text[FORMAT_MAX], const char *fmt, va_list ap)
{
	if (vsnprintf(text, FORMAT_MAX, fmt, ap) < 0) {
		text[0] = '\0';
	}
}

/* Where no hint is set yet. */
static void set_hint(vv_error *err, const char *text)
{
	if (err->hint_id == VV_HINT_NONE) {
		copy_cut(err->hint, sizeof err->hint, text);
		err->hint_id = err->hint[0] ? VV_HINT_WORDS : VV_HINT_NONE;
	}
}

/* Cuts off and returns the hint of text, which was made of fmt: the text after fmt's newline, since arguments may have newlines
 * too. NULL: there is none. */
static char *cut_hint(char text[FORMAT_MAX], const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));

static char *cut_hint(char text[FORMAT_MAX], const char *fmt, va_list ap)
{
	const char *end = strchr(fmt, '\n');
	char before[FORMAT_MAX];

	if (!end) return NULL;
	(void)snprintf(before, sizeof before, "%.*s", (int)(end - fmt), fmt);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* it is the beginning of fmt */
	const int len = vsnprintf(NULL, 0, before, ap);
#pragma GCC diagnostic pop
	if (len < 0 || (size_t)len >= strlen(text)) return NULL; /* the message alone is too long */
	text[len] = '\0';
	return text + len + 1;
}

vv_status vv_fail(vv_error *err, vv_status code, const char *fmt, ...)
{
	const bool login = code == VV_EAUTH, block = code == VV_EBLOCK, silent = code == VV_ESILENT,
		   lost = code == VV_ELOST;
	char text[FORMAT_MAX];
	va_list ap;

	if (login || lost) {
		code = VV_EREFUSED;
	} else if (block) {
		code = VV_EMISSING;
	} else if (silent) {
		code = VV_EIO;
	}
	if (!err) return code;
	va_start(ap, fmt);
	format_text(text, fmt, ap);
	va_end(ap);
	va_start(ap, fmt);
	const char *hint = cut_hint(text, fmt, ap);
	va_end(ap);
	*err = (vv_error){.code = code,
			  .login = login,
			  .silent = silent,
			  .lost = lost,
			  .gap = block ? VV_GAP_FETCHABLE : VV_GAP_NONE};
	copy_cut(err->message, sizeof err->message, text);
	set_hint(err, hint ? hint : "");
	return code;
}

static vv_status code_of_errno(int number)
{
	switch (number) {
	case ENOENT:
	case ENOTDIR:
		return VV_ENOTFOUND;
	case EEXIST:
		return VV_EEXISTS;
	case ENOMEM:
		return VV_ENOMEM;
	default:
		return VV_EIO;
	}
}

vv_status vv_fail_errno(vv_error *err, const char *what, const char *path)
{
	int number = errno;
	vv_status code = code_of_errno(number);
	char reason[128];

	if (!err) return code;
	if (strerror_r(number, reason, sizeof reason) != 0) {
		(void)snprintf(reason, sizeof reason, "error %d", number);
	}
	if (path) {
		(void)vv_fail(err, code, "%s '%s': %s", what, vv_text_shows(path), reason);
	} else {
		(void)vv_fail(err, code, "%s: %s", what, reason);
	}
	const bool no_space = number == ENOSPC || number == EDQUOT;
	err->full = no_space || number == EMFILE || number == ENFILE;
	if (no_space) {
		(void)vv_hint(err, "free some space on that disk, then run the command again");
	}
	return code;
}

vv_status vv_fail_nomem(vv_error *err)
{
	return vv_fail(err, VV_ENOMEM, "out of memory");
}

_Static_assert((int)VV_HINT_BEFORE == (int)VV_HINT_WORDS, "codes of hints come after the words");

const char *vv_hint_name(vv_hint_id id)
{
	static const char *const names[] = {
#define NAME(code, name, arguments) [VV_HINT_##code] = (name),
		VV_HINTS(NAME)
#undef NAME
	};

	return id > VV_HINT_WORDS && id < VV_HINT_COUNT ? names[id] : NULL;
}

vv_status vv_hint(vv_error *err, const char *fmt, ...)
{
	va_list ap;
	char text[FORMAT_MAX];

	if (!err) return VV_EUSAGE;
	va_start(ap, fmt);
	format_text(text, fmt, ap);
	va_end(ap);
	set_hint(err, text);
	return err->code;
}

vv_status vv_hint_set(vv_error *err, vv_hint_id id, const char *a, const char *b, const char *c,
		      ...)
{
	const char *const args[VV_HINT_ARGS] = {a, b, c};
	char text[sizeof err->hint] = "";
	size_t len = 0;

	if (!err) return VV_EUSAGE;
	if (err->hint_id != VV_HINT_NONE) return err->code;
	for (size_t i = 0; i < VV_HINT_ARGS; i++) { /* each gets an equal part of the rest */
		copy_cut(text + len, (sizeof text - len) / (VV_HINT_ARGS - i),
			 args[i] ? args[i] : "");
		len += strlen(text + len) + 1;
	}
	memcpy(err->hint, text, sizeof text);
	err->hint_id = id;
	return err->code;
}

vv_status vv_hint_copy(vv_error *err, const vv_error *from)
{
	if (!err) return VV_EUSAGE;
	if (err->hint_id == VV_HINT_NONE) {
		memmove(err->hint, from->hint, sizeof err->hint);
		err->hint_id = from->hint_id;
	}
	return err->code;
}

void vv_hint_clear(vv_error *err)
{
	if (err) {
		err->hint[0] = '\0';
		err->hint_id = VV_HINT_NONE;
	}
}

void vv_hint_args(const vv_error *err, const char *args[VV_HINT_ARGS])
{
	const char *arg = err->hint;

	for (size_t i = 0; i < VV_HINT_ARGS; i++) {
		args[i] = vv_hint_name(err->hint_id) ? arg : "";
		arg += strlen(args[i]) + 1;
	}
}

void vv_hint_word(vv_error *err, vv_hint_words_fn words)
{
	const char *name = err ? vv_hint_name(err->hint_id) : NULL;
	const char *args[VV_HINT_ARGS];
	char text[4 * sizeof err->hint] = "";

	if (!name) return;
	vv_hint_args(err, args);
	if (words) {
		words(text, sizeof text, name, args);
	}
	vv_hint_clear(err);
	set_hint(err, text);
}

vv_status vv_prefix(vv_error *err, const char *fmt, ...)
{
	char prefix[FORMAT_MAX], text[FORMAT_MAX + VV_MESSAGE_MAX + 4];
	va_list ap;

	if (!err) return VV_EUSAGE;
	va_start(ap, fmt);
	format_text(prefix, fmt, ap);
	va_end(ap);
	(void)snprintf(text, sizeof text, "%s: %s", prefix, err->message);
	copy_cut(err->message, sizeof err->message, text);
	return err->code;
}

vv_status vv_prefix_name(vv_error *err, const char *name)
{
	const char *shown = vv_text_shows(name);

	if (err && strstr(err->message, shown)) return err->code;
	return vv_prefix(err, "%s", shown);
}

vv_status vv_recode(vv_error *err, vv_status code)
{
	if (err) {
		err->code = code;
	}
	return code;
}

vv_status vv_error_copy(vv_error *err, const vv_error *why)
{
	if (err) {
		*err = *why;
	}
	return why->code;
}

vv_status vv_error_excuse(vv_status rc, bool fine, vv_error *err)
{
	if (rc == VV_OK || !fine) return rc;
	vv_error_clear(err);
	return VV_OK;
}

vv_status vv_missing_ok(vv_status rc, vv_error *err)
{
	return vv_error_excuse(rc, rc == VV_ENOTFOUND, err);
}

void vv_error_clear(vv_error *err)
{
	if (err) {
		*err = (vv_error){.code = VV_OK};
	}
}
