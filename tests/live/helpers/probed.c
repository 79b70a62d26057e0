/* Functions to be probed, called so often and with such arguments as the command line says; what was passed and
 * returned it prints itself.
 *
 * probed calls N        handle(id, path, key) N times; odd ids wait 2 ms and fail
 * probed many           ten arguments of all widths
 * probed recurse N      factorial-like recursion, N deep
 * probed jump           longjmp out of three nested calls, then calls again
 * probed tail           a function that ends by jumping to another one
 * probed thread N       N threads that each end inside of a call
 * probed cold FILE      passes what a file begins with, on a page that nothing has touched
 * probed sleep SECONDS  maps itself and waits
 */
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PROBED __attribute__((noinline, noclone, visibility("default")))

static volatile long sink;
static jmp_buf back;

PROBED long handle(uint32_t id, const char *path, const char *key)
{
	sink += key[0];
	if (id % 2 == 0)
		return (long)strlen(path);
	usleep(2000);
	return -(long)id;
}

PROBED int32_t many(int8_t a, uint8_t b, int16_t c, uint16_t d, int32_t e, uint32_t f, int64_t g, uint64_t h, bool i,
		    const char *j)
{
	sink += a + b + c + d + e + f + g + (long)h + i + j[0];
	return e - 1;
}

PROBED uint64_t recurse(uint32_t depth)
{
	uint64_t below = depth ? recurse(depth - 1) : 1;

	sink++; /* so that it is no loop */
	return depth + below;
}

PROBED void jump(uint32_t depth)
{
	if (depth == 0 && !sink)
		longjmp(back, 1);
	if (depth)
		jump(depth - 1);
	sink++;
}

PROBED long second(long x)
{
	sink += x;
	return x + 1;
}

PROBED long first(long x)
{
	sink -= x;
	return second(x * 2);
}

PROBED void leave(uint32_t number)
{
	sink += number;
	pthread_exit(NULL);
}

PROBED void look(const char *text)
{
	sink += (long)text;
}

static void pass_cold(const char *path)
{
	int file = open(path, O_RDONLY);
	const char *text = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, file, 0);

	if (text != MAP_FAILED)
		look(text);
}

static void *run_thread(void *number)
{
	leave((uint32_t)(uintptr_t)number);
	return NULL;
}

static void call_handle(uint32_t count)
{
	for (uint32_t id = 0; id < count; id++) {
		char path[64];

		snprintf(path, sizeof(path), "/srv/file-%u", id);
		printf("%u %s %ld\n", id, path, handle(id, path, "0123456789abcdef"));
	}
}

static void start_threads(uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		pthread_t thread;

		if (pthread_create(&thread, NULL, run_thread, (void *)(uintptr_t)i) == 0)
			pthread_join(thread, NULL);
	}
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	uint32_t number = argc > 2 ? (uint32_t)atoi(argv[2]) : 1;

	if (strcmp(what, "calls") == 0)
		call_handle(number);
	if (strcmp(what, "many") == 0)
		printf("%d\n", many(-1, 255, -2, 65535, -3, 4000000000u, -4, 1ull << 60, true, "text"));
	if (strcmp(what, "recurse") == 0)
		printf("%llu\n", (unsigned long long)recurse(number));
	if (strcmp(what, "jump") == 0) {
		if (setjmp(back) == 0)
			jump(2);
		printf("%ld\n", second(1));
	}
	if (strcmp(what, "tail") == 0)
		printf("%ld\n", first(20));
	if (strcmp(what, "thread") == 0)
		start_threads(number);
	if (strcmp(what, "cold") == 0 && argc > 2)
		pass_cold(argv[2]);
	if (strcmp(what, "sleep") == 0)
		sleep(number);
	return 0;
}
