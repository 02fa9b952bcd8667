/*
 * hint_words: puts arguments into the sentences of hint_table.
 */
#include "cmd/frame/hint_words.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/hint.h"
#include "base/path.h"
#include "base/show.h"
#include "base/text.h"
#include "cmd/frame/hint_table.h"

static char stand[4096];

void vv_hint_words_stand(const char *folder)
{
	(void)snprintf(stand, sizeof(stand), "%s", folder);
}

/* Has argument n of this hint a path? */
static bool is_path(const char *name, size_t n)
{
	static const struct {
		const char *name, *arguments;
	} hints[] = {
#define NAME_ARGUMENTS(code, name, arguments) {name, arguments},
		VV_HINTS(NAME_ARGUMENTS)
#undef NAME_ARGUMENTS
	};
	const char *found = NULL;

	for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]) && !found; i++) {
		found = strcmp(hints[i].name, name) == 0 ? hints[i].arguments : NULL;
	}
	for (; found && n > 0; n--) {
		found = strchr(found, ' ') ? strchr(found, ' ') + 1 : NULL;
	}
	return found && strncmp(found, "path", 4) == 0;
}

/* path relative to the user's folder. Unchanged if such a file exists and none of that name below the top: the user
 * typed it so. */
static void put_path(vv_buf *b, const char *path)
{
	const char *from = stand, *p = path;

	for (size_t n; (n = strcspn(from, "/")) > 0 && strncmp(p, from, n) == 0 && p[n] == '/';) {
		p += n + 1;
		from += n + (from[n] == '/');
	}
	for (; *from; from += strcspn(from, "/"), from += *from == '/') {
		vv_buf_puts(b, "../");
	}
	vv_buf_puts(b, p);
	if (vv_path_is_absolute(path) || (!vv_exists(vv_buf_cstr(b)) && vv_exists(path))) {
		vv_buf_set(b, path, strlen(path));
	}
}

/* No option, no home. */
static void put_path_word(vv_buf *b, const char *path)
{
	vv_buf_puts(b, *path && strchr("-~", *path) ? "./" : "");
	vv_text_put_word(b, path);
}

const char *vv_hint_path(const char *path)
{
	vv_auto(vv_buf) from_here = VV_BUF_INIT, word = VV_BUF_INIT;
	const char *out = path;

	if (*stand) {
		put_path(&from_here, path);
		out = vv_buf_cstr(&from_here);
	}
	put_path_word(&word, out);
	return !word.failed && word.len < VV_TEXT_SLOT
		       ? memcpy(vv_text_slot(), vv_buf_cstr(&word), word.len + 1)
		       : vv_text_shows(path);
}

void vv_hint_words(char *out, size_t size, const char *name, const char *const args[VV_HINT_ARGS])
{
	vv_auto(vv_buf) b = VV_BUF_INIT;
	const char *words = vv_hint_table_find(name);

	out[0] = '\0';
	while (words && *words) {
		size_t len = strcspn(words, "%$");

		vv_buf_put(&b, words, len);
		words += len;
		if (*words && words[1] >= '1' && words[1] <= '0' + VV_HINT_ARGS) {
			const size_t n = (size_t)(words[1] - '1');
			const bool placeholder = strcmp(args[n], "PATH") == 0 ||
						 strcmp(args[n], "FILE") == 0;
			vv_auto(vv_buf) path = VV_BUF_INIT;
			const char *arg = args[n];
			const bool is = !placeholder && is_path(name, n);

			if (*stand && is) {
				put_path(&path, arg);
				arg = vv_buf_cstr(&path);
			}
			if (*words == '$' && is) {
				put_path_word(&b, arg);
			} else if (*words == '$') {
				vv_text_put_word(&b, arg);
			} else {
				vv_buf_puts(&b, vv_text_shows(arg));
			}
			words += 2;
		} else if (*words) {
			vv_buf_putc(&b, *words++);
		}
	}
	if (!b.failed && b.len > 0 && b.len < size) {
		memcpy(out, b.data, b.len);
		out[b.len] = '\0';
	}
}
