/*
 * index_file: whether it is still the same file.
 */
#include "repo/git/index/index_file.h"

#include "base/file.h"

#define TRIES 20 /* each against a file that was replaced just now */

int vv_index_file_open(git_index **out, const char *path)
{
	vv_stat before = {0}, after = {0};
	int code = -1;

	for (int i = 0; i < TRIES && code < 0; i++) {
		(void)vv_lstat(&before, path, NULL);
		code = git_index_open(out, path);
		(void)vv_lstat(&after, path, NULL);
		if (vv_stat_equal(&before, &after)) {
			break;
		}
	}
	return code;
}
