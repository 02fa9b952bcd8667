/*
 * file_list: reads a folder's names (declared in file.h).
 */
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/sys.h"

typedef struct name_list {
	char **items;
	size_t count, cap;
} name_list;

static vv_status add_name(name_list *list, const char *name, vv_error *err)
{
	char **items;
	size_t cap;

	if (list->count == list->cap) {
		cap = list->cap > 0 ? list->cap * 2 : 16;
		items = vv_realloc_array(list->items, cap, sizeof *items);
		if (!items) {
			return vv_fail_nomem(err);
		}
		list->items = items;
		list->cap = cap;
	}
	list->items[list->count] = vv_strdup(name);
	if (!list->items[list->count]) {
		return vv_fail_nomem(err);
	}
	list->count++;
	return VV_OK;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

vv_status vv_list_dir(char ***names, size_t *count, const char *path, vv_error *err)
{
	name_list list = {NULL, 0, 0};
	vv_status rc = VV_OK;
	struct dirent *entry;
	DIR *dir;

	*names = NULL;
	*count = 0;
	dir = opendir(path);
	if (!dir) {
		return vv_fail_errno(err, "cannot open the folder", path);
	}
	for (;;) {
		errno = 0;
		entry = readdir(dir);
		if (!entry) {
			break;
		}
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) {
			continue;
		}
		if ((rc = add_name(&list, entry->d_name, err)) < 0) {
			goto done;
		}
	}
	if (errno != 0) {
		rc = vv_fail_errno(err, "cannot read the folder", path);
		goto done;
	}
	if (list.count > 1) {
		qsort(list.items, list.count, sizeof *list.items, compare_names);
	}
	*names = list.items;
	*count = list.count;
	list.items = NULL;
	list.count = 0;
done:
	vv_names_free(list.items, list.count);
	(void)closedir(dir);
	return rc;
}

void vv_names_free(char **names, size_t count)
{
	while (count > 0) {
		vv_free(names[--count]);
	}
	vv_free(names);
}
