/*
 * temp_name: 60 bits in 12 letters: 16 of where the process runs, 22 of its number (the
 * largest that Linux gives), 22 of chance.
 */
#include "base/temp_name.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/holder.h"
#include "base/sys.h"

#define PID_BITS 22u
#define CHANCE_BITS 22u

static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";

/* 16 bits that are equal for processes which see each other. */
static uint64_t whereabouts(void)
{
	static _Atomic uint64_t known; /* the process and its place: they are read once */
	const uint64_t self = (uint64_t)getpid() << 17 | 0x10000;
	uint64_t have = atomic_load(&known);
	char place[VV_HOLDER_PLACE];

	if ((have & ~UINT64_C(0xffff)) != self) {
		vv_holder_place(place);
		have = self | (vv_xxh3(place, strlen(place), 0) & 0xffff);
		atomic_store(&known, have);
	}
	return have & 0xffff;
}

static uint64_t number_of(void)
{
	uint64_t chance;

	vv_random(&chance, sizeof chance);
	return whereabouts() << (PID_BITS + CHANCE_BITS) |
	       ((uint64_t)getpid() & ((1u << PID_BITS) - 1)) << CHANCE_BITS |
	       (chance & ((1u << CHANCE_BITS) - 1));
}

void vv_temp_name(char out[VV_TEMP_RANDOM + 1])
{
	uint64_t number = number_of();

	for (size_t i = 0; i < VV_TEMP_RANDOM; i++) {
		out[i] = letters[number >> (5 * (VV_TEMP_RANDOM - 1 - i)) & 31];
	}
	out[VV_TEMP_RANDOM] = '\0';
}

/* false: another name. */
static bool read_name(uint64_t *out, const char *name)
{
	size_t i;

	*out = 0;
	for (i = 0; i < VV_TEMP_RANDOM; i++) {
		const char *at = name[i] ? strchr(letters, name[i]) : NULL;

		if (!at) return false;
		*out = *out << 5 | (uint64_t)(at - letters);
	}
	return name[i] == '\0';
}

bool vv_temp_name_read(const char *name, bool *ended)
{
	uint64_t number;

	if (!read_name(&number, name)) return false;
	pid_t pid = (pid_t)(number >> CHANCE_BITS & ((1u << PID_BITS) - 1));
	*ended = number >> (PID_BITS + CHANCE_BITS) == whereabouts() && pid > 0 &&
		 kill(pid, 0) < 0 && errno == ESRCH;
	return true;
}
