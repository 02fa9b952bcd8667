/*
 * path_fold: names as file systems see them that tell neither case nor the two Unicode
 * forms of a letter apart (APFS, HFS+, NTFS, FAT).
 */
#include "base/path.h"

#include <stddef.h>
#include <string.h>

#include "base/buf.h"
#include "base/path_fold_table.h"
#include "base/path_internal.h"
#include "base/text.h"

#define HANGUL 0xac00u /* the first of the composed syllables */
#define HANGUL_COUNT 11172u
#define HANGUL_FINALS 28u
#define HANGUL_VOWELS 21u

static const vv_fold *find(uint32_t cp)
{
	size_t low = 0, high = sizeof(vv_folds) / sizeof(vv_folds[0]);

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (vv_folds[mid].from == cp) {
			return &vv_folds[mid];
		}
		if (vv_folds[mid].from < cp) {
			low = mid + 1;
		} else {
			high = mid;
		}
	}
	return NULL;
}

static void put_hangul(vv_buf *b, uint32_t syllable)
{
	uint32_t rest = syllable % HANGUL_FINALS;

	vv_utf8_put(b, 0x1100 + syllable / (HANGUL_FINALS * HANGUL_VOWELS));
	vv_utf8_put(b, 0x1161 + syllable / HANGUL_FINALS % HANGUL_VOWELS);
	if (rest > 0) {
		vv_utf8_put(b, 0x11a7 + rest);
	}
}

static void put_folded(vv_buf *b, uint32_t cp)
{
	uint32_t marks[8]; /* no letter has more than four */
	size_t count = 0;
	const vv_fold *f;

	if (cp >= HANGUL && cp < HANGUL + HANGUL_COUNT) {
		put_hangul(b, cp - HANGUL);
		return;
	}
	while (cp >= 0x80 && count < sizeof(marks) / sizeof(marks[0]) && (f = find(cp))) {
		cp = f->to;
		if (f->mark) {
			marks[count++] = f->mark;
		}
	}
	vv_utf8_put(b, cp >= 'A' && cp <= 'Z' ? cp - 'A' + 'a' : cp);
	while (count > 0) {
		vv_utf8_put(b, marks[--count]);
	}
}

char *vv_path_fold(const char *path)
{
	vv_buf b = VV_BUF_INIT;
	size_t len = strlen(path), step;
	uint32_t cp;

	for (size_t i = 0; i < len; i += step) {
		step = vv_utf8_decode(&cp, path + i, len - i);
		if (step == 0) { /* not UTF-8: the byte stands for itself */
			step = 1;
			vv_buf_putc(&b, path[i]);
		} else if (!vv_hfs_ignores(cp)) {
			put_folded(&b, cp);
		}
	}
	return vv_buf_detach(&b);
}
