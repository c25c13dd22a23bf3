// SPDX-License-Identifier: Apache-2.0
using System;
using System.Diagnostics;
using System.IO;
using System.Text;
using Xunit;

namespace Wirestamp.Tests
{
    public class BehaviourTests
    {
        [Fact]
        public void BehaviourIsThatOfC()
        {
            string table = File.ReadAllText(Path.Combine(Tree.Root, "bindings", "behaviour", "behaviour.txt"));
            string[] expected = ByC(table).Split('\n');
            string[] actual = Behaviour.Run(table).Split('\n');
            string command = "";
            for (int i = 0; i < Math.Max(expected.Length, actual.Length); ++i)
            {
                string wanted = i < expected.Length ? expected[i] : "(nothing)", got = i < actual.Length ? actual[i] : "(nothing)";
                command = got.StartsWith("> ") ? got : command;
                Assert.True(wanted == got, "line " + (i + 1) + ", after \"" + command + "\": C says \"" + wanted + "\", C# \"" + got + "\"");
            }
            Assert.True(actual.Length > 300, actual.Length + " lines");
        }

        private static string ByC(string table)
        {
            using (var program = new Process())
            {
                program.StartInfo = new ProcessStartInfo(Path.Combine(Tree.Build, "bindings", "behaviour", "behaviour_c"))
                {
                    UseShellExecute = false,
                    RedirectStandardInput = true,
                    RedirectStandardOutput = true,
                    StandardOutputEncoding = new UTF8Encoding(false),
                };
                program.Start();
                var output = program.StandardOutput.ReadToEndAsync();
                byte[] utf8 = new UTF8Encoding(false).GetBytes(table);
                program.StandardInput.BaseStream.Write(utf8, 0, utf8.Length);
                program.StandardInput.Close();
                string text = output.Result;
                program.WaitForExit();
                Assert.Equal(0, program.ExitCode);
                return text;
            }
        }
    }
}
