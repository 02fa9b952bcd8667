/*
 * near_file: how a path from the top is written where the user is.
 */
#include "lib/names/near_file.h"

#include <string.h>

#include "base/hint.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/history/day.h"
#include "repo/git/history/revision.h"
#include "repo/git/index/index.h"

char *vv_near_file(vv_repository *r, const vv_oid *commit, const char *path)
{
	vv_auto(vv_index) *x = NULL;
	const vv_status rc = commit ? vv_index_open_tree(&x, r, commit, VV_IGNORED)
				    : vv_index_open(&x, r, VV_IGNORED);

	if (rc < 0) return NULL;
	vv_nearest near = vv_nearest_to(path);
	for (vv_index_entry e = {0}; vv_index_next(x, &e);) {
		if (strcmp(e.path, path) != 0) {
			(void)vv_nearest_try(&near, e.path);
		}
	}
	return near.best ? vv_strdup(near.best) : NULL;
}

bool vv_day_is_file(const char *word)
{
	vv_day_word day;

	return vv_day_word_read(&day, word) && day.bare && vv_exists(word);
}

bool vv_file_at_hint(vv_repository *r, const char *word, const char *between, vv_error *err)
{
	const char *at = strrchr(word, '@');
	vv_auto(char) *file = at ? vv_strndup(word, (size_t)(at - word)) : NULL;
	vv_oid commit;

	if (!file || !*file || !at[1] || vv_rev_commit(r, at + 1, &commit, VV_IGNORED) < 0) {
		return false;
	}
	vv_hint(err, "did you mean '%s%s%s'?", vv_text_shows(at + 1), between, vv_text_shows(file));
	return true;
}

vv_status vv_near_file_hint(vv_repository *r, const char *word, const char *command, vv_error *err)
{
	const bool is_ref_near = err->hint_id == VV_HINT_WORDS;
	vv_auto(char) *path = NULL, *near = NULL;
	vv_day_word day;

	if (err->code != VV_ENOTFOUND || strstr(word, "..") || vv_day_word_read(&day, word) ||
	    vv_repository_is_bare(r) || vv_repository_relative(&path, r, word, VV_IGNORED) < 0) {
		return err->code;
	}
	if (command && strchr(word, '@')) {
		vv_error at;

		vv_fail(&at, VV_ENOTFOUND, "no version or file is named '%s'", vv_text_shows(word));
		if (vv_file_at_hint(r, word, " -- ", &at)) return vv_error_copy(err, &at);
	}
	near = vv_near_file(r, NULL, path);
	if (!near && (is_ref_near || !command)) return err->code;
	vv_fail(err, VV_ENOTFOUND, "no version or file is named '%s'", vv_text_shows(word));
	if (!near && strcmp(word, "last") == 0) {
		return vv_hint(err, "put a date of several words in quotes: 'last month'");
	}
	if (!near) return vv_hint_code(err, VV_HINT_VERSIONS_OR_PATH, command, word);
	size_t len = strlen(path);
	size_t above = len >= strlen(word) && strcmp(path + len - strlen(word), word) == 0
			       ? len - strlen(word)
			       : 0;
	above = strncmp(path, near, above) == 0 ? above : 0;
	return command ? vv_hint_code(err, VV_HINT_NEAR_OR_PATH, near + above, command, word)
		       : vv_hint(err, "did you mean '%s'?", vv_text_shows(near + above));
}
