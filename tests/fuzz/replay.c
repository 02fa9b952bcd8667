/*
 * replay: gives every file of the folders and files named to a fuzz target, so
 * that the corpus is a test under any compiler.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/sys.h"
#include "tests/fuzz/fuzz.h"

#define INPUT_MAX ((size_t)64 << 20)

static bool replay_file(const char *path)
{
	vv_buf b = VV_BUF_INIT;
	uint8_t *exact = NULL;
	vv_error err;
	bool ok = false;

	if (vv_read_file(&b, path, INPUT_MAX, &err) < 0) {
		(void)fprintf(stderr, "%s\n", err.message);
	} else if (!(exact = vv_malloc(b.len))) {
		(void)fprintf(stderr, "out of memory\n");
	} else {
		/* A copy of the exact size, so that reading past it is seen. */
		memcpy(exact, vv_buf_cstr(&b), b.len);
		(void)LLVMFuzzerTestOneInput(exact, b.len);
		ok = true;
	}
	vv_free(exact);
	vv_buf_clear(&b);
	return ok;
}

static bool replay_folder(const char *path, size_t *replayed)
{
	char **names = NULL;
	size_t count = 0, i;
	bool ok = true;
	vv_error err;

	if (vv_list_dir(&names, &count, path, &err) < 0) {
		(void)fprintf(stderr, "%s\n", err.message);
		return false;
	}
	for (i = 0; i < count; i++) {
		vv_buf file = VV_BUF_INIT;

		vv_buf_printf(&file, "%s/%s", path, names[i]);
		ok = !file.failed && replay_file(file.data) && ok;
		vv_buf_clear(&file);
		(*replayed)++;
	}
	vv_names_free(names, count);
	return ok;
}

int main(int argc, char **argv)
{
	size_t replayed = 0;
	bool ok = true;
	int i;

	for (i = 1; i < argc; i++) {
		struct stat st;

		if (stat(argv[i], &st) == 0 && !S_ISDIR(st.st_mode)) {
			ok = replay_file(argv[i]) && ok;
			replayed++;
		} else {
			ok = replay_folder(argv[i], &replayed) && ok;
		}
	}
	(void)printf("%zu inputs\n", replayed);
	return ok && replayed > 0 ? 0 : 1;
}
