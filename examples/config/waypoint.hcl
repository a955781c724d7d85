# An app that reads its configuration from the environment: NAME comes from this file and an input variable, GREETING
# from the server (`waypoint config set GREETING=Hi`), which reaches the running app without a new deployment.
project = "config"

variable "name" {
  type        = string
  default     = "world"
  description = "Who is greeted. Try: waypoint up -var name=you"
}

app "greeter" {
  config {
    env = {
      NAME = var.name
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
