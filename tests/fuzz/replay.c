/*
 * replay: passes every file of the given folders and files to a fuzz target, so
 * that the corpus is a test under any compiler. targets.inc has a line
 * TARGET(NOUN) for each target, which the build calls fuzz_NOUN here.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/sys.h"
#include "tests/fuzz/fuzz.h"

#define INPUT_MAX ((size_t)64 << 20)

typedef int target(const uint8_t *data, size_t size);

#define TARGET(noun) target fuzz_##noun;
#include "targets.inc"
#undef TARGET

static const struct {
	const char *noun;
	target *run;
} targets[] = {
#define TARGET(noun) {#noun, fuzz_##noun},
#include "targets.inc"
#undef TARGET
};

static target *find_target(const char *noun)
{
	size_t i;

	for (i = 0; i < sizeof targets / sizeof targets[0]; i++) {
		if (strcmp(targets[i].noun, noun) == 0) return targets[i].run;
	}
	return NULL;
}

static bool replay_file(target *run, const char *path)
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
		(void)run(exact, b.len);
		ok = true;
	}
	vv_free(exact);
	vv_buf_clear(&b);
	return ok;
}

static bool replay_folder(target *run, const char *path, size_t *replayed)
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
		ok = !file.failed && replay_file(run, file.data) && ok;
		vv_buf_clear(&file);
		(*replayed)++;
	}
	vv_names_free(names, count);
	return ok;
}

int main(int argc, char **argv)
{
	size_t replayed = 0;
	target *run = argc > 1 ? find_target(argv[1]) : NULL;
	bool ok = true;
	int i;

	if (!run) {
		(void)fprintf(stderr, "usage: fuzz_replay NOUN (FOLDER | FILE)...\n");
		return 2;
	}
	for (i = 2; i < argc; i++) {
		struct stat st;

		if (stat(argv[i], &st) == 0 && !S_ISDIR(st.st_mode)) {
			ok = replay_file(run, argv[i]) && ok;
			replayed++;
		} else {
			ok = replay_folder(run, argv[i], &replayed) && ok;
		}
	}
	(void)printf("%zu inputs\n", replayed);
	return ok && replayed > 0 ? 0 : 1;
}
