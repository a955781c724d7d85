# An app that reads its configuration from the environment: values of this file, of an input variable, and of the
# server (`waypoint config set greeting=...`), which reach the running app without a new deployment.
project = "config"

variable "name" {
  type        = string
  default     = "world"
  description = "Who is greeted. Try: waypoint up -var name=you"
}

app "greeter" {
  config {
    env = {
      GREETING = "Hello"
      NAME     = var.name
    }
  }

  build {
    use "process" {}
  }

  deploy {
    use "process" {
      command = ["python3", "server.py"]
      health {
        http = "/"
      }
    }
  }

  release {
    use "process" {
      port = 8721
    }
  }
}
