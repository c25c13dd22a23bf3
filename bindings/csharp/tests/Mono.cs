// SPDX-License-Identifier: Apache-2.0
//
// Where there is no .NET SDK and so no xunit: as much of it as these tests use, and a program that runs them on Mono.
#if MONO
using System;
using System.Linq;
using System.Reflection;
using System.Threading.Tasks;

namespace Xunit
{
    public sealed class FactAttribute : Attribute
    {
    }

    public static class Assert
    {
        public static void True(bool condition, string message = "expected true")
        {
            if (!condition)
                throw new Exception(message);
        }
        public static void False(bool condition, string message = "expected false") => True(!condition, message);
        public static void Equal<T>(T expected, T actual) =>
            True(System.Collections.Generic.EqualityComparer<T>.Default.Equals(expected, actual), "expected " + expected + ", got " + actual);
        public static void NotEqual<T>(T expected, T actual) =>
            True(!System.Collections.Generic.EqualityComparer<T>.Default.Equals(expected, actual), "did not expect " + expected);
        public static void Contains(string expected, string actual) => True(actual.Contains(expected), "no \"" + expected + "\" in " + actual);
        public static void InRange(long actual, long low, long high) =>
            True(actual >= low && actual <= high, actual + " is not in " + low + " to " + high);
        public static void NotNull(object value) => True(value != null, "expected something");
        public static void Same(object expected, object actual) => True(ReferenceEquals(expected, actual), "expected the same object");
        public static T Throws<T>(Action action) where T : Exception
        {
            try
            {
                action();
            }
            catch (T caught)
            {
                return caught;
            }
            throw new Exception("expected " + typeof(T).Name);
        }
        public static async Task<T> ThrowsAnyAsync<T>(Func<Task> action) where T : Exception
        {
            try
            {
                await action();
            }
            catch (T caught)
            {
                return caught;
            }
            throw new Exception("expected " + typeof(T).Name);
        }
    }

    internal static class Program
    {
        private static int Main(string[] arguments)
        {
            if (arguments.Length == 2 && arguments[0] == Wirestamp.Tests.ExitTests.Command)
                return Wirestamp.Tests.ExitTests.LeaveEverythingOpen(arguments[1]);
            int failed = 0;
            foreach (MethodInfo test in Assembly.GetExecutingAssembly().GetTypes().SelectMany(type => type.GetMethods())
                                                .Where(method => method.GetCustomAttribute<FactAttribute>() != null))
            {
                string name = test.DeclaringType.Name + "." + test.Name;
                if (arguments.Length != 0 && !name.Contains(arguments[0]))
                    continue;
                try
                {
                    object result = test.Invoke(Activator.CreateInstance(test.DeclaringType), null);
                    if (result is Task task)
                        task.Wait();
                    Console.WriteLine("ok " + name);
                }
                catch (Exception failure)
                {
                    while (failure.InnerException != null)
                        failure = failure.InnerException;
                    ++failed;
                    Console.WriteLine("not ok " + name + ": " + failure.Message.Replace("\n", " ") + " " +
                                      (failure.StackTrace ?? "").Split('\n')[0].Trim());
                }
            }
            return failed == 0 ? 0 : 1;
        }
    }
}
#endif
